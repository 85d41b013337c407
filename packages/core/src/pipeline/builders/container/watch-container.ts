import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../../engine/engine.js';
import type { ExecStream } from '../../../engine/exec-stream.js';
import { isWarmdockError, messageOf, type WarmdockError } from '../../../errors.js';
import { brokenOff, ContainerDown, downBy } from './container-down.js';

/** How long nothing is heard before the daemon is asked: a paused container breaks no connection. */
const silenceMs = 2_000;
const askMs = 5_000;
/** A container ends a moment after its programs; the daemon is asked so often, so far apart. */
const endings = { count: 10, apartMs: 100 };

/** Makes a stream out of a container end with what became of the container. */
export function watchContainer(stream: ExecStream, engine: Engine, container: string): void {
  stream.explainEnd = (cause) => whyEnded(stream, engine, container, cause);
  let isAsking = false;
  const look = async () => {
    if (isAsking || performance.now() - stream.heardAtMs < silenceMs) return;
    isAsking = true;
    // A daemon that does not answer now says nothing about the container.
    const down = await findDown(engine, container).catch(() => undefined);
    isAsking = false;
    if (down) stream.destroy(down);
  };
  const timer = setInterval(() => void look(), silenceMs).unref();
  stream.once('close', () => clearInterval(timer));
}

async function whyEnded(
  stream: ExecStream,
  engine: Engine,
  container: string,
  cause: Error | undefined,
): Promise<WarmdockError> {
  try {
    for (let asked = 0; asked < endings.count; asked++) {
      const down = await findDown(engine, container);
      if (down) return down;
      await delay(endings.apartMs);
    }
    return brokenOff(container, stream.errorOutput || (cause ? messageOf(cause) : ''), cause);
  } catch (error) {
    return isWarmdockError(error) ? error : brokenOff(container, messageOf(error), error);
  }
}

async function findDown(engine: Engine, container: string): Promise<ContainerDown | undefined> {
  const signal = AbortSignal.timeout(askMs);
  const state = await engine.inspectContainer(container, { signal });
  return state ? downBy(container, state) : new ContainerDown(container, 'absent', 'was removed');
}
