import type { RawMetadata } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { TestReceiver } from '../../fsutil/sending/receiver.testing.js';
import { makeTree } from '../../fsutil/sending/tree.testing.js';
import { fileSync } from './file-sync.js';
import { startTestSession } from './session.testing.js';

const headBytes = 6;

/** Takes a directory out of a session as BuildKit does. */
async function receive(
  attachable: ReturnType<typeof fileSync>,
  metadata: RawMetadata,
): Promise<TestReceiver> {
  const { caller } = await startTestSession([attachable]);
  const call = caller.bidi('/moby.filesync.v1.FileSync/DiffCopy', metadata);
  const receiver = new TestReceiver();
  const answering = (async () => {
    for await (const packets of receiver.received) {
      for (const packet of packets) call.write(Buffer.from(packet));
    }
  })();
  for await (const message of call as AsyncIterable<Buffer>) {
    const frame = Buffer.alloc(headBytes + message.length);
    receiver.writeHead(frame, 0, message.length);
    frame.set(message, headBytes);
    receiver.write(frame);
  }
  receiver.end();
  await answering;
  return receiver;
}

function served() {
  return [
    { name: 'context', directory: makeTree({ 'a, b.txt': 'comma', 'c.txt': 'c', 'd.log': 'd' }) },
    { name: 'dockerfile', directory: makeTree({ Dockerfile: 'FROM scratch' }) },
  ];
}

describe('fileSync', () => {
  it('sends the directory of the name that is asked for, byte for byte', async () => {
    const receiver = await receive(fileSync(served()), { 'dir-name': ['dockerfile'] });
    expect(receiver.stats.map(({ path }) => path)).toEqual(['Dockerfile']);
    expect(String(receiver.contentOf('Dockerfile'))).toBe('FROM scratch');
    expect(receiver.types.at(-1)).toBe('finish');
  });

  it.each<[string, RawMetadata, string[]]>([
    ['excluded files', { 'exclude-patterns': ['*.log', 'c.txt'] }, ['a, b.txt']],
    ['all but the included files', { 'include-patterns': ['a, b.txt'] }, ['a, b.txt']],
    ['what followpaths do not name', { followpaths: ['d.log', 'c.txt'] }, ['c.txt', 'd.log']],
    [
      'files that are excluded in escapes',
      { 'exclude-patterns': ['a%2C+b.txt', '%C3%BC'], 'exclude-patterns-encoded': ['1'] },
      ['c.txt', 'd.log'],
    ],
  ])('leaves out %s', async (_rule, filter, paths) => {
    const receiver = await receive(fileSync(served()), { 'dir-name': ['context'], ...filter });
    expect(receiver.stats.map(({ path }) => path)).toEqual(paths);
  });

  it.each<[string, RawMetadata]>([
    ['another name', { 'dir-name': ['secrets'] }],
    ['a path', { 'dir-name': ['/etc'] }],
    ['a path below a served one', { 'dir-name': ['context/..'] }],
    ['no name', {}],
  ])('answers NOT_FOUND to %s', async (_rule, metadata) => {
    await expect(receive(fileSync(served()), metadata)).rejects.toMatchObject({ code: 5 });
  });

  it('tells how much was sent, by directory', async () => {
    const seen = new Map<string, { files: number; bytes: number }>();
    const attachable = fileSync(served(), (name, { files, bytes }) =>
      seen.set(name, { files, bytes }),
    );
    await receive(attachable, { 'dir-name': ['context'] });
    expect([...seen]).toEqual([['context', { files: 3, bytes: 7 }]]);
  });

  it('says which directory it cannot read', async () => {
    const gone = [{ name: 'context', directory: '/nowhere/at all' }];
    await expect(receive(fileSync(gone), { 'dir-name': ['context'] })).rejects.toMatchObject({
      details: expect.stringContaining('/nowhere/at all'),
    });
  });
});
