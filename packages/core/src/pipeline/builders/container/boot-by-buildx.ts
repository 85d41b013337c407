import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { SolveStatus, Timestamp } from '../../../buildkit/solve-status.js';
import { findCliPlugin } from '../../../docker/cli-plugins.js';
import { cancelled, messageOf, WarmdockError } from '../../../errors.js';
import type { OnProgress } from '../../../progress.js';
import type { Boot } from './container-transport.js';

/** Of what buildx says, so many lines explain a failure. */
const keptLines = 10;

/**
 * Has buildx make and start the containers of one of its builders; `onProgress` is told as of a step of
 * a build.
 *
 * Throws `UNAVAILABLE` when buildx cannot, `NOT_FOUND` when there is no buildx, `CANCELLED`.
 */
export function bootByBuildx(name: string, env: NodeJS.ProcessEnv, onProgress?: OnProgress): Boot {
  return async ({ signal }) => {
    const step = new BootStep(onProgress);
    try {
      await runBuildx(name, env, signal, (line) => step.say(line));
      step.end('');
    } catch (error) {
      step.end(messageOf(error));
      throw error;
    }
  };
}

async function runBuildx(
  name: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
  onLine: (line: string) => void,
): Promise<void> {
  const plugin = findCliPlugin('buildx', env);
  const [program = '', ...first] = plugin ? [plugin] : ['docker', 'buildx'];
  const args = [...first, 'inspect', '--bootstrap', '--', name];
  const child = spawn(program, args, { env, signal, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    onLine(line);
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
  });
  const operation = `booting builder "${name}"`;
  const exitCode = await ended.catch((cause: unknown) => {
    if (signal?.aborted) throw cancelled(operation, signal);
    throw new WarmdockError('NOT_FOUND', `${operation}: cannot run ${program}`, {
      hint: "install buildx, or start the builder's container by hand",
      cause,
    });
  });
  if (exitCode === 0) return;
  throw new WarmdockError('UNAVAILABLE', `${operation} failed: ${lines.join('\n')}`, {
    hint: `see \`docker buildx inspect --bootstrap ${name}\``,
  });
}

/** Shows the boot as buildx does: one more step of the build. */
class BootStep {
  readonly #onProgress: OnProgress | undefined;
  readonly #vertex;

  constructor(onProgress: OnProgress | undefined) {
    this.#onProgress = onProgress;
    this.#vertex = {
      digest: `boot:${randomUUID()}`,
      inputs: [],
      name: '[internal] booting buildkit',
      cached: false,
      started: now(),
      completed: undefined,
      error: '',
      progressGroup: undefined,
    };
    this.#tell({ vertexes: [this.#vertex] });
  }

  /** A line of buildx's own display, which begins with the number of a step. */
  say(line: string): void {
    const text = line.replace(/^#\d+ (?:\d+\.\d+ )?/, '');
    const msg = Buffer.from(`${text}\n`);
    if (text.trim() !== '' && text !== this.#vertex.name)
      this.#tell({ logs: [{ vertex: this.#vertex.digest, timestamp: now(), stream: 1, msg }] });
  }

  end(error: string): void {
    this.#tell({ vertexes: [{ ...this.#vertex, completed: now(), error }] });
  }

  #tell(news: Partial<SolveStatus>): void {
    this.#onProgress?.({ type: 'solve', status: { ...nothing, ...news } });
  }
}

const nothing: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] };

function now(): Timestamp {
  const ms = Date.now();
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}
