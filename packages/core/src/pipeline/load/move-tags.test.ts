import { describe, expect, it } from 'vitest';
import { builtImage } from '../image/image.testing.js';
import { startDaemon } from './daemon.testing.js';
import { loadImage } from './load-image.js';

const tags = ['docker.io/library/one:latest', 'docker.io/library/two:latest'];

describe.each(['classic', 'containerd'] as const)('several tags in the %s store', (store) => {
  it('name what they named before when one of them cannot be moved', async () => {
    const daemon = await startDaemon(store);
    const [one = '', two = ''] = tags;
    const { imageId } = await loadImage({ ...builtImage('a').result, tags: [one] }, daemon.engine);
    const engine: typeof daemon.engine = {
      ...daemon.engine,
      tagImage: async (id, reference, options) =>
        reference.path.endsWith('two') ? false : daemon.engine.tagImage(id, reference, options),
    };
    const failing = loadImage({ ...builtImage('b').result, tags: [one, two] }, engine);
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining(two) });
    expect([...daemon.tags]).toEqual([[one, imageId]]);
  });

  it('are none when they were none before', async () => {
    const daemon = await startDaemon(store);
    const engine: typeof daemon.engine = {
      ...daemon.engine,
      tagImage: async (id, reference, options) =>
        reference.path.endsWith('two') ? false : daemon.engine.tagImage(id, reference, options),
      removeImage: async (name) => daemon.tags.delete(name),
    };
    await expect(loadImage({ ...builtImage('b').result, tags }, engine)).rejects.toBeDefined();
    expect([...daemon.tags]).toEqual([]);
  });

  it('are told when they stay on the new image', async () => {
    const daemon = await startDaemon(store);
    const engine: typeof daemon.engine = {
      ...daemon.engine,
      tagImage: async (id, reference, options) =>
        reference.path.endsWith('two') ? false : daemon.engine.tagImage(id, reference, options),
      removeImage: () => Promise.reject(new Error('away')),
    };
    await expect(loadImage({ ...builtImage('b').result, tags }, engine)).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining(`as ${tags[0]}`),
      hint: expect.stringContaining('build again'),
    });
  });
});
