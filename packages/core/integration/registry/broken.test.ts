import { randomUUID } from 'node:crypto';
import { startFaultProxy, useTestbed } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ContentSource } from '../../src/content/content.js';
import { createMemoryStore } from '../../src/content/memory-store.js';
import { readBlob } from '../../src/content/read-blob.js';
import { putImage } from '../../src/content/testing/small-image.js';
import { opened } from '../support/repositories.js';

/** A repository of the real registry, behind something that breaks connections. */
async function behindProxy() {
  const [host = '', port] = useTestbed().registry.address.split(':');
  const proxy = await startFaultProxy({ target: { host, port: Number(port) } });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const name = `${proxy.address.replace('tcp://', '')}/it-${randomUUID()}`;
  const memory = createMemoryStore();
  const { layers } = await putImage(memory, { layerBytes: [9_000_000] });
  const [layer] = layers;
  if (!layer) throw new Error('no layer');
  return { proxy, memory, layer, repository: await opened(name) };
}

describe('a connection to a real registry that breaks', () => {
  it('in each download after 2 MB goes on where it was', async () => {
    const { proxy, memory, layer, repository } = await behindProxy();
    await repository.pushFrom?.(layer, memory);
    proxy.cut();
    proxy.downstream = { cutAfterBytes: 2_000_000 };
    expect((await readBlob(repository, layer)).length).toBe(layer.size);
  });

  it('in an upload begins it anew, as this registry forgets one that broke off', async () => {
    const { proxy, memory, layer, repository } = await behindProxy();
    let tries = 0;
    const source: ContentSource = {
      ...memory,
      fetch(blob, options) {
        proxy.upstream = tries++ < 2 ? { cutAfterBytes: 2_000_000 } : {};
        return memory.fetch(blob, options);
      },
    };
    await repository.pushFrom?.(layer, source);
    expect(tries).toBe(3);
    expect((await readBlob(repository, layer)).length).toBe(layer.size);
  });
});
