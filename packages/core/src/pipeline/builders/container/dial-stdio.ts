import { once } from 'node:events';
import type { Engine } from '../../../engine/engine.js';
import type { ExecStream } from '../../../engine/exec-stream.js';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../../errors.js';
import { brokenOff, ContainerDown, downBy } from './container-down.js';
import { watchContainer } from './watch-container.js';

interface DialOptions {
  readonly signal?: AbortSignal | undefined;
}

const command = ['buildctl', 'dial-stdio'];

/** In a frame of HTTP/2: length (3 bytes), type, flags, stream. */
const frameTypeAt = 3;
const settingsType = 4;

/** A program that says nothing for so long has no BuildKit behind it that works. */
const greetingMs = 10_000;

/**
 * Runs `buildctl dial-stdio` in a container; resolves when the BuildKit behind it has said something.
 *
 * Throws `ContainerDown`, `UNSUPPORTED` when the container has no BuildKit, and what the daemon throws.
 */
export async function dialStdio(
  engine: Engine,
  container: string,
  options: DialOptions,
): Promise<ExecStream> {
  const stream = await engine.exec(container, command, options).catch(async (error: unknown) => {
    throw (await whyRefused(engine, container, error, options)) ?? error;
  });
  try {
    await greeted(stream, engine, container, options);
  } catch (error) {
    stream.destroy();
    throw error;
  }
  watchContainer(stream, engine, container);
  return stream;
}

async function whyRefused(
  engine: Engine,
  container: string,
  error: unknown,
  options: DialOptions,
): Promise<ContainerDown | undefined> {
  const isAboutContainer =
    isWarmdockError(error) && (error.code === 'NOT_FOUND' || error.code === 'CONFLICT');
  if (!isAboutContainer) return undefined;
  const down = downBy(container, await engine.inspectContainer(container, options));
  // Somebody else has just made, started or unpaused it.
  return down ?? new ContainerDown(container, 'starting', 'was not ready');
}

/**
 * A BuildKit speaks first, with a SETTINGS frame (RFC 9113 §3.4). All else is what the daemon says of a
 * program that it cannot run.
 */
async function greeted(
  stream: ExecStream,
  engine: Engine,
  container: string,
  { signal }: DialOptions,
): Promise<void> {
  const impatience = AbortSignal.timeout(greetingMs);
  const either = signal ? AbortSignal.any([signal, impatience]) : impatience;
  const first = await firstBytes(stream, either).catch((cause: unknown) => {
    if (signal?.aborted) throw cancelled(`connecting to container ${container}`, signal);
    if (impatience.aborted)
      throw new ContainerDown(container, 'starting', `said nothing for ${greetingMs / 1000} s`);
    throw brokenOff(container, messageOf(cause), cause);
  });
  if (first[frameTypeAt] === settingsType) return stream.unshift(first);
  const down = downBy(container, await engine.inspectContainer(container, { signal }));
  if (down) throw down;
  if (first.length > 0) throw noBuilder(container, String(first));
  const said = stream.errorOutput.slice(-500);
  throw new ContainerDown(container, 'starting', `takes no connection: ${said}`);
}

/** At least enough to tell a frame's type; empty when the program ended without a word. */
async function firstBytes(stream: ExecStream, signal: AbortSignal): Promise<Buffer> {
  let first = Buffer.alloc(0);
  while (first.length <= frameTypeAt) {
    await once(stream, 'readable', { signal });
    const bytes: Buffer | null = stream.read();
    if (bytes === null) break;
    first = Buffer.concat([first, bytes]);
  }
  return first;
}

function noBuilder(container: string, said: string): WarmdockError {
  return new WarmdockError(
    'UNSUPPORTED',
    `container ${container} runs no BuildKit with a buildctl: ${said.trim().slice(0, 500)}`,
    { hint: `see what it is: docker exec ${container} buildctl debug workers` },
  );
}
