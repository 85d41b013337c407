import { once } from 'node:events';
import {
  type GrpcMetadata,
  type RawGrpcClient,
  sessionTunnel,
  startFakeBuildkit,
  startFaultProxy,
  startRawGrpcClient,
} from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { parseBuilderAddress } from '../address.js';
import { type BuildKit, buildKitOver } from '../buildkit.js';
import { addressTransport } from '../transport.js';
import type { Attachable } from './attachable.js';
import type { Session, SessionOptions } from './session.js';

export interface TestSession {
  readonly session: Session;
  /** What the session said of itself. */
  readonly announced: GrpcMetadata;
  /** Calls into the session as BuildKit does, by grpc-js. */
  readonly caller: RawGrpcClient;
  /** Whether the builder's side of the session has ended. */
  readonly left: AbortSignal;
  /** Ends the session from the builder's side. */
  end(): void;
  /** Breaks the connection. */
  cut(): void;
  /** From now on the builder is silent and deaf. */
  freeze(): void;
}

/** A session of ours with a fake BuildKit, over real sockets; everything ends with the test. */
export async function startTestSession(
  attachables: readonly Attachable[],
  options: Omit<SessionOptions, 'attachables' | 'sharedKey'> = {},
): Promise<TestSession> {
  const ending = new AbortController();
  let met = (_: Pick<TestSession, 'announced' | 'caller' | 'left'>) => {};
  const meeting = new Promise<Parameters<typeof met>[0]>((resolve) => {
    met = resolve;
  });
  const fake = await startFakeBuildkit({
    async *session(requests, { metadata: announced, signal: left }) {
      const { connection, answers } = sessionTunnel(requests);
      const caller = await startRawGrpcClient(connection);
      onTestFinished(() => caller[Symbol.asyncDispose]());
      met({ announced, caller, left });
      const over = once(ending.signal, 'abort');
      const iterator = answers[Symbol.asyncIterator]();
      for (;;) {
        const step = await Promise.race([iterator.next(), over]);
        if (Array.isArray(step) || step.done) return;
        yield step.value;
      }
    },
  });
  const target = { host: '127.0.0.1', port: Number(new URL(fake.address).port) };
  const proxy = await startFaultProxy({ target });
  const builder = builderAt(proxy.address);
  onTestFinished(async () => {
    builder.close();
    await proxy[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
  });
  const session = builder.startSession({ attachables, sharedKey: 'a key', ...options });
  return {
    session,
    ...(await meeting),
    end: () => ending.abort(),
    cut: () => proxy.cut(),
    freeze: () => {
      proxy.upstream = { blackHole: true };
      proxy.downstream = { blackHole: true };
    },
  };
}

function builderAt(address: string): BuildKit {
  return buildKitOver(addressTransport(parseBuilderAddress(address)));
}
