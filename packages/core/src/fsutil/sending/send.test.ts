import { once } from 'node:events';
import { appendFileSync, readdirSync, readlinkSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestReceiver } from './receiver.testing.js';
import { sendTree, type TransferTotals } from './send.js';
import { directory, makeTree, type Node } from './tree.testing.js';

const kilobytes = (count: number, text = 'k') => text.repeat(count * 1024);

/** Few files for the disk but, by their long names, several batches of STATs. */
const manyFiles: Record<string, Node> = Object.fromEntries(
  Array.from({ length: 600 }, (_, i) => [`d${i % 7}/${'n'.repeat(200)}-${i}`, `${i}`]),
);

describe('what arrives', () => {
  const tree: Record<string, Node> = {
    'a/empty': '',
    'a/small': 'small',
    'a/large': kilobytes(1300, 'l'),
    'a/middle': kilobytes(200, 'm'),
    'a/link': { symlink: 'small' },
    'b/hard': { hardLink: 'a/small' },
    'b/ünï': 'ü',
  };

  it('is all of the tree, in order, and every content', async () => {
    const receiver = new TestReceiver();
    const totals = await sendTree(receiver, makeTree(tree));
    expect(
      receiver.stats.map(({ path, linkname }) => `${path}${linkname && ` -> ${linkname}`}`),
    ).toEqual([
      'a',
      'a/empty',
      'a/large',
      'a/link -> small',
      'a/middle',
      'a/small',
      'b',
      'b/hard -> a/small',
      'b/ünï',
    ]);
    for (const path of ['a/empty', 'a/small', 'a/large', 'a/middle', 'b/ünï']) {
      expect(receiver.contentOf(path).equals(Buffer.from(String(tree[path])))).toBe(true);
    }
    expect(totals).toEqual({
      entries: 9,
      files: 5,
      bytes: 1500 * 1024 + 7,
      wantedBytes: 1500 * 1024 + 7,
    });
    expect(receiver.types.at(-1)).toBe('finish');
    expect(receiver.error).toBeUndefined();
  });

  it('is what the filter keeps', async () => {
    const receiver = new TestReceiver();
    await sendTree(receiver, makeTree(tree), { include: ['a'], exclude: ['**/l*'] });
    expect(receiver.stats.map(({ path }) => path)).toEqual(['a', 'a/empty', 'a/middle', 'a/small']);
  });

  it('is no content that was not asked for', async () => {
    const receiver = new TestReceiver((path) => path === 'a/small');
    expect(await sendTree(receiver, makeTree(tree))).toMatchObject({
      files: 1,
      bytes: 5,
      wantedBytes: 5,
    });
    expect([...receiver.contents.keys()]).toEqual(['a/small']);
  });

  it('of a socket is an empty file', async () => {
    const root = makeTree({ a: 'a', z: 'z' });
    const server = createServer().listen(`${root}/s`);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const receiver = new TestReceiver();
    expect(await sendTree(receiver, root)).toMatchObject({ entries: 3, files: 3, bytes: 2 });
    expect(receiver.contentOf('s')).toHaveLength(0);
    expect(receiver.contentOf('z').toString()).toBe('z');
  });

  it('of an empty tree is the end', async () => {
    const receiver = new TestReceiver();
    await sendTree(receiver, makeTree({}));
    expect(receiver.types).toEqual(['end of stats', 'finish']);
  });

  it('may have long paths and links', async () => {
    const path = `${'n'.repeat(250)}/`.repeat(12);
    const tree: Record<string, Node> = { l: { symlink: 'x/'.repeat(2000) }, [path]: directory };
    const receiver = new TestReceiver();
    await sendTree(receiver, makeTree(tree));
    expect(receiver.stats[0]?.linkname.length).toBe(4000);
    expect(`${receiver.stats.at(-1)?.path}/`).toBe(path);
  });
});

describe('how it flows', () => {
  it('contents go out while STATs still do', async () => {
    const receiver = new TestReceiver();
    await sendTree(receiver, makeTree(manyFiles));
    expect(receiver.types.indexOf('content')).toBeLessThan(receiver.types.indexOf('end of stats'));
    expect(receiver.contentOf(`d3/${'n'.repeat(200)}-3`).toString()).toBe('3');
    expect(receiver.contents.size).toBe(600);
  });

  it('many packets share a write, and no write is large', async () => {
    const receiver = new TestReceiver();
    await sendTree(receiver, makeTree({ ...manyFiles, big: kilobytes(3000) }));
    expect(receiver.writes.length).toBeLessThan(40);
    expect(Math.max(...receiver.writes)).toBeLessThan(1024 * 1024);
  });

  it('waits where the transport asks it to', async () => {
    let waiting = 0;
    let most = 0;
    const wait = async () => {
      most = Math.max(most, ++waiting);
      await setTimeout(2);
      waiting--;
    };
    const receiver = new TestReceiver(() => true, wait);
    await sendTree(receiver, makeTree({ ...manyFiles, big: kilobytes(4000) }));
    // One batch of STATs and one of contents.
    expect(most).toBeLessThanOrEqual(2);
    expect(receiver.contentOf('big').length).toBe(4000 * 1024);
  });

  it('lets the event loop run meanwhile', async () => {
    let turns = 0;
    let isDone = false;
    const sent = sendTree(new TestReceiver(), makeTree(manyFiles)).then(() => (isDone = true));
    for (; !isDone; turns++) await setImmediate();
    await sent;
    expect(turns).toBeGreaterThan(3);
  });

  it('reports totals that only grow', async () => {
    const seen: TransferTotals[] = [];
    const onProgress = (totals: TransferTotals) => void seen.push({ ...totals });
    const totals = await sendTree(new TestReceiver(), makeTree(manyFiles), { onProgress });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a.entries + a.bytes - b.entries - b.bytes));
    expect(seen.at(-1)).toEqual(totals);
  });

  it('reports how far it is in the middle of a large file', async () => {
    const seen: number[] = [];
    const onProgress = ({ bytes, wantedBytes }: TransferTotals) => {
      if (wantedBytes > 0) seen.push(bytes / wantedBytes);
    };
    await sendTree(new TestReceiver(), makeTree({ big: kilobytes(3000) }), { onProgress });
    expect(seen.filter((share) => share > 0 && share < 1).length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(1);
  });
});

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

describe('files that change', () => {
  /** Sends one large file, which `change` gets its hands on when the first chunk has been written. */
  async function sendChanging(change: (file: string) => void): Promise<Buffer> {
    const root = makeTree({ big: kilobytes(3000) });
    const receiver: TestReceiver = new TestReceiver(
      () => true,
      () => {
        if (receiver.types.filter((type) => type === 'content').length === 1) change(`${root}/big`);
        return undefined;
      },
    );
    await sendTree(receiver, root);
    return receiver.contentOf('big');
  }

  it('what is appended while it is sent is left out', async () => {
    const content = await sendChanging((file) => appendFileSync(file, 'more'));
    expect(content.length).toBe(3000 * 1024);
  });

  it('a file cut off while it is sent ends early', async () => {
    const content = await sendChanging((file) => truncateSync(file, 2000 * 1024));
    expect(content.length).toBe(2000 * 1024);
  });

  it('a file that vanished fails the transfer, and the receiver is told which', async () => {
    const root = makeTree({ 'd/a': 'a', 'd/b': 'b' });
    const receiver: TestReceiver = new TestReceiver((path) => {
      rmSync(`${root}/d/b`, { force: true });
      return path !== 'd';
    });
    const failure = { code: 'NOT_FOUND', message: expect.stringContaining('d/b') };
    await expect(sendTree(receiver, root)).rejects.toMatchObject(failure);
    expect(receiver.error).toContain('d/b');
  });
});

describe('failures', () => {
  const small = () => makeTree({ a: 'a' });

  it('of the walk are told to the receiver', async () => {
    const receiver = new TestReceiver();
    await expect(sendTree(receiver, `${small()}/x`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(receiver.error).toContain('/x');
  });

  it.each<[what: string, code: string, behave: (receiver: TestReceiver) => void]>([
    [
      'the receiver gives up',
      'BUILD_FAILED',
      (receiver) => receiver.say(0x08, 4, 0x22, 2, 0x6e, 0x6f),
    ],
    ['the receiver asks for what was not offered', 'PROTOCOL', (receiver) => receiver.request(300)],
    ['the receiver talks nonsense', 'PROTOCOL', (receiver) => receiver.say(0x08)],
    ['the stream ends early', 'UNAVAILABLE', (receiver) => receiver.end()],
  ])('%s', async (_what, code, behave) => {
    const receiver = new TestReceiver(
      () => false,
      () => undefined,
    );
    receiver.types.push('stat');
    const sent = sendTree(receiver, small());
    behave(receiver);
    await expect(sent).rejects.toMatchObject({ code });
  });

  it('the stream breaks while it is read', async () => {
    const broken = Object.assign(new TestReceiver(() => false), {});
    const cause = new Error('reset');
    Object.defineProperty(broken, 'received', {
      value: { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(cause) }) },
    });
    await expect(sendTree(broken, small())).rejects.toMatchObject({ code: 'UNAVAILABLE', cause });
  });

  it.each<[how: string, write: () => Promise<void>]>([
    [
      'at once',
      () => {
        throw new Error('closed');
      },
    ],
    ['later', () => Promise.reject(new Error('closed'))],
  ])('the stream breaks while it is written, %s', async (_how, write) => {
    const receiver = new TestReceiver(() => true, write);
    await expect(sendTree(receiver, small())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('the caller cancels before', async () => {
    const receiver = new TestReceiver();
    const sent = sendTree(receiver, small(), { signal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(receiver.stats).toEqual([]);
  });

  it.each<[when: string, backpressure: () => Promise<void> | undefined]>([
    ['while the receiver thinks', () => undefined],
    ['while the transport is stuck', () => new Promise(() => {})],
  ])('the caller cancels %s', async (_when, backpressure) => {
    const receiver = new TestReceiver(() => true, backpressure);
    receiver.request = () => {};
    const cancel = new AbortController();
    const sent = sendTree(receiver, small(), { signal: cancel.signal });
    await setTimeout(10);
    cancel.abort();
    await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(receiver.error).toContain('cancelled');
  });

  it.runIf(process.platform === 'linux')('leave no file open', async () => {
    const root = makeTree({ big: kilobytes(3000) });
    const isOpen = () =>
      readdirSync('/proc/self/fd').some((fd) =>
        linkOf(`/proc/self/fd/${fd}`)?.endsWith(`${root}/big`),
      );
    const receiver: TestReceiver = new TestReceiver(
      () => true,
      () => (receiver.types.includes('content') ? Promise.reject(new Error('closed')) : undefined),
    );
    await expect(sendTree(receiver, root)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect.poll(isOpen).toBe(false);
  });
});
