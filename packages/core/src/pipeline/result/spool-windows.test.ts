import { describe, expect, it } from 'vitest';
import { readBlob } from '../../content/read-blob.js';
import { memorySource } from '../../content/testing/memory-source.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { SpoolWindows } from './spool-windows.js';

/** Windows over layers of 100 bytes each, with what became of them: `+1,2` was opened, `-1,2` closed. */
function testWindows(count: number, windowBytes: number) {
  const source = memorySource();
  const layers = Array.from({ length: count }, (_, at) => source.add(Buffer.alloc(100, at + 1)));
  const events: string[] = [];
  /** Of the next openings, in order. */
  const failures: (Error | undefined)[] = [];
  const windows = new SpoolWindows(
    async (opened: readonly Descriptor[], signal) => {
      const failure = failures.shift();
      if (failure) throw failure;
      signal.throwIfAborted();
      const names = opened.map((layer) => layers.indexOf(layer) + 1).join();
      events.push(`+${names}`);
      return {
        ...source,
        async [Symbol.asyncDispose]() {
          events.push(`-${names}`);
        },
      };
    },
    { windowBytes },
  );
  windows.add(layers);
  const read = (at: number) => readBlob(blobs, layer(at));
  const blobs = {
    exists: async () => true,
    fetch: (...asked: Parameters<SpoolWindows['fetch']>) => windows.fetch(...asked),
  };
  const layer = (at: number) => layers[at - 1] as Descriptor;
  return { windows, layer, read, events, failures };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('windows', () => {
  it('hold as many layers as fit, or one', async () => {
    const { read, events } = testWindows(5, 250);
    for (const at of [1, 2, 3, 4, 5]) await read(at);
    expect(events.filter((event) => event.startsWith('+'))).toEqual(['+1,2', '+3,4', '+5']);
    const small = testWindows(2, 10);
    for (const at of [1, 2]) await small.read(at);
    expect(small.events).toEqual(expect.arrayContaining(['+1', '+2']));
  });

  it('are closed when all of their layers have been read; meanwhile the next one comes', async () => {
    const { read, events } = testWindows(6, 200);
    await read(1);
    expect(events).toEqual(['+1,2', '+3,4']);
    await read(2);
    expect(events).toEqual(['+1,2', '+3,4', '-1,2']);
    await read(3);
    expect(events).toEqual(['+1,2', '+3,4', '-1,2', '+5,6']);
  });

  it('stay open for a layer of which only a part was read, or none to the end', async () => {
    const { windows, layer, read, events } = testWindows(1, 100);
    for await (const _ of windows.fetch(layer(1), { range: { offset: 96, length: 4 } }));
    const half = windows.fetch(layer(1), {});
    await half.next();
    await half.return(undefined);
    expect(events).toEqual(['+1']);
    await read(1);
    expect(events).toEqual(['+1', '-1']);
  });

  it('stay open while another one reads', async () => {
    const { windows, layer, read, events } = testWindows(1, 100);
    const other = windows.fetch(layer(1), {});
    await other.next();
    await read(1);
    expect(events).toEqual(['+1']);
    await other.return(undefined);
    expect(events).toEqual(['+1', '-1']);
  });

  it('are opened again for a layer that is read again', async () => {
    const { read, events } = testWindows(1, 100);
    await read(1);
    await read(1);
    expect(events).toEqual(['+1', '-1', '+1', '-1']);
  });

  it('that could not be opened are tried again, and what failed in advance is no failure', async () => {
    const { read, failures, events } = testWindows(2, 100);
    failures.push(new Error('no room'));
    await expect(read(1)).rejects.toThrow('no room');
    expect(await read(1)).toHaveLength(100);
    expect(await read(2)).toHaveLength(100);
    expect(events).toEqual(['+1', '+2', '-1', '-2']);
  });

  it('that failed in advance are tried again when they are read', async () => {
    const { windows, layer, read, failures, events } = testWindows(2, 100);
    failures.push(undefined, new Error('no room'));
    await windows.fetch(layer(1), {}).next();
    await settled();
    expect([events, failures]).toEqual([['+1'], []]);
    expect(await read(2)).toHaveLength(100);
    expect(events).toEqual(['+1', '+2', '-2']);
  });

  it('keep a layer that is added again while it is read', async () => {
    const { windows, layer, events } = testWindows(1, 100);
    const half = windows.fetch(layer(1), {});
    await half.next();
    windows.add([layer(1)]);
    await windows[Symbol.asyncDispose]();
    expect(events).toEqual(['+1', '-1']);
  });

  it('are closed by disposal, which ends what is being opened', async () => {
    const { windows, layer, events } = testWindows(3, 100);
    const half = windows.fetch(layer(1), {});
    await half.next();
    await settled();
    await windows[Symbol.asyncDispose]();
    expect(events.toSorted()).toEqual(['+1', '+2', '-1', '-2']);
    expect(windows.has(layer(1))).toBe(false);
  });

  it('are not waited for by who is cancelled', async () => {
    const windows = new SpoolWindows(() => new Promise(() => {}));
    const layer = memorySource().add(Buffer.from('layer'));
    windows.add([layer]);
    const signal = AbortSignal.abort();
    await expect(windows.fetch(layer, { signal }).next()).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
