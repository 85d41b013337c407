import { describe, expect, it } from 'vitest';
import { encodeBytesMessage } from '../grpc/wire-fields.js';
import { fileSend } from './file-send.js';
import { startTestSession } from './session.testing.js';

const diffCopy = '/moby.filesync.v1.FileSend/DiffCopy';

function collector() {
  const chunks: Uint8Array[] = [];
  return {
    text: () => Buffer.concat(chunks).toString(),
    target: {
      kind: 'stream',
      async receive(stream: AsyncIterable<Uint8Array>) {
        for await (const chunk of stream) chunks.push(chunk);
      },
    } as const,
  };
}

async function sendTo(
  targets: Parameters<typeof fileSend>[0],
  metadata: Record<string, string[]>,
  texts: string[],
): Promise<number[]> {
  const called: number[] = [];
  const { caller } = await startTestSession([
    fileSend(targets, (exporter) => called.push(exporter)),
  ]);
  const call = caller.bidi(diffCopy, metadata);
  for (const text of texts) call.write(encodeBytesMessage(Buffer.from(text)));
  call.end();
  for await (const _ of call);
  return called;
}

describe('fileSend', () => {
  it('gives each exporter its own target', async () => {
    const [first, second] = [collector(), collector()];
    const targets = new Map([
      [0, first.target],
      [2, second.target],
    ]);
    const id = { 'buildkit-attachable-exporter-id': ['2'] };
    expect(await sendTo(targets, id, ['a', 'b'])).toEqual([2]);
    expect([first.text(), second.text()]).toEqual(['', 'ab']);
  });

  it('takes a call that names none for that of the only exporter', async () => {
    const { target, text } = collector();
    expect(await sendTo(new Map([[0, target]]), {}, ['a'])).toEqual([0]);
    expect(text()).toBe('a');
  });

  it('takes nothing of exporters that have no files here', async () => {
    const id = { 'buildkit-attachable-exporter-id': ['1'] };
    await expect(sendTo(new Map([[0, collector().target]]), id, ['a'])).rejects.toMatchObject({
      code: 5,
    });
  });
});
