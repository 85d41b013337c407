import { startEngine, useTestbed } from '@warmdock/testkit';
import { expect, it } from 'vitest';
import { openChannel } from '../../src/buildkit/grpc/channel.js';
import { engineTransport } from '../../src/pipeline/builders/engine-transport.js';
import { engineAt } from '../support/build-harness.js';

/** How often PINGs were answered, by the eight bytes that each answer repeats. */
function countAnswers(stream: NodeJS.ReadableStream): () => number {
  let answers = 0;
  stream.on('data', (chunk: Buffer) => {
    answers += chunk.toString('latin1').split('warmdock').length - 1;
  });
  return () => answers;
}

/** Asks a daemon for its sign of life again and again, while it is silent about a build. */
async function expectPatience(host: string): Promise<void> {
  const stream = await engineTransport(engineAt(host)).open({});
  const answers = countAnswers(stream);
  const often = { afterMs: 5, answerMs: 30_000, quietMs: 5 };
  const channel = openChannel(stream, 'the daemon', { keepalive: often });
  // The first field, ref: it waits some seconds for a build of that name before it says that there is none.
  const call = channel.call('/moby.buildkit.v1.Control/Status');
  call.write([Buffer.from('\n\u0006nobody')]);
  call.end();
  await expect.poll(answers).toBeGreaterThan(50);
  call.cancel();
  await expect(channel.unary('/no/Method', new Uint8Array())).rejects.toMatchObject({ status: 12 });
  channel.close();
}

it('the newest Docker answers PINGs however many come', async () => {
  await expectPatience(useTestbed().classic.host);
});

it('Docker 20.10 does so too', async () => {
  await using daemon = await startEngine({ store: 'classic', version: '20' });
  await expectPatience(daemon.host);
});
