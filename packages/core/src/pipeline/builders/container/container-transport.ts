import { setTimeout as delay } from 'node:timers/promises';
import {
  type ContainerAddress,
  formatContainerAddress,
} from '../../../buildkit/container-address.js';
import type { BuilderTransport, OpenOptions } from '../../../buildkit/transport.js';
import type { EngineEndpoint } from '../../../engine/endpoint/endpoint.js';
import { connectEngine } from '../../../engine/engine.js';
import type { ExecStream } from '../../../engine/exec-stream.js';
import { cancelled } from '../../../errors.js';
import { ContainerDown } from './container-down.js';
import { dialStdio } from './dial-stdio.js';

/** Makes and starts a builder's container. */
export type Boot = (options: OpenOptions) => Promise<void>;

/** How long a BuildKit whose container has just been started may take to listen, as long as buildx gives it. */
const startUpMs = 15_000;
const retryMs = 100;

/**
 * The way to a BuildKit in a container: `buildctl dial-stdio`, run there by the daemon.
 *
 * A connection ends with an error that says what became of the container, within seconds also where
 * it was paused. `boot` is called when the container is not there or does not run.
 */
export function containerTransport(
  address: ContainerAddress,
  endpoint: EngineEndpoint,
  boot: Boot | undefined,
): BuilderTransport {
  const engine = connectEngine(endpoint);
  const { container } = address;
  const isBootable = (error: unknown) =>
    error instanceof ContainerDown && (error.state === 'absent' || error.state === 'stopped');
  return {
    name: formatContainerAddress(address),
    async open(options) {
      const dial = () => dialStarted(() => dialStdio(engine, container, options), options);
      try {
        return await dial();
      } catch (error) {
        if (!boot || !isBootable(error)) throw error;
        await boot(options);
        return dial();
      }
    },
    close: () => engine.close(),
  };
}

/** Dials until the BuildKit listens: others may have started its container a moment ago. */
async function dialStarted(
  dial: () => Promise<ExecStream>,
  { signal }: OpenOptions,
): Promise<ExecStream> {
  const end = performance.now() + startUpMs;
  for (;;) {
    try {
      return await dial();
    } catch (error) {
      const isStarting = error instanceof ContainerDown && error.state === 'starting';
      if (!isStarting || performance.now() > end) throw error;
      await delay(retryMs, undefined, { signal }).catch(() => {
        if (signal) throw cancelled('connecting to a builder', signal);
      });
    }
  }
}
