import { describe, expect, it } from 'vitest';
import type { ContentSource } from '../../content/content.js';
import { memorySource } from '../../content/testing/memory-source.js';
import type { ImageStoreKind } from '../../engine/info.js';
import { WarmdockError } from '../../errors.js';
import type { Digest } from '../../oci/digest.js';
import { MediaType } from '../../oci/media-types.js';
import type { Progress } from '../../progress.js';
import { putImage, resultOf } from '../image/image.testing.js';
import { readImage } from '../image/read-image.js';
import type { LoadResult } from '../plan/load-plan.js';
import type { BuildResult } from '../result/build-result.js';
import { layersIn, startDaemon, type TestDaemon } from './daemon.testing.js';
import { loadImage } from './load-image.js';
import { LoadInterrupted } from './load-interrupted.js';
import type { Sent } from './load-job.js';
import type { LoadOptions } from './load-options.js';
import { LoadQueue } from './load-queue.js';
import { placedLayers } from './placed-layer.js';

/** Images in one source, by the contents of their layers; tagged `app0`, `app1` and so on. */
function images(...contents: string[][]) {
  const source = memorySource();
  const built = contents.map((layers) => putImage(source, layers));
  const results = built.map(({ root, config }, at) =>
    resultOf(source, root, { configDigest: config.digest, tags: [tagOf(at)] }),
  );
  const layer = (image: number, at: number): Digest =>
    built[image]?.layers[at]?.digest ?? ('none' as Digest);
  return { source, built, results, layer };
}

const tagOf = (at: number) => `docker.io/library/app${at}:latest`;

function loadAll(daemon: TestDaemon, results: BuildResult[], options: LoadOptions = {}) {
  return Promise.all(results.map((result) => loadImage(result, daemon.engine, options)));
}

/** Puts images into a queue at one time, for a daemon that has nothing. */
async function queueAll(
  daemon: TestDaemon,
  store: ImageStoreKind,
  results: BuildResult[],
): Promise<PromiseSettledResult<Sent>[]> {
  const queue = new LoadQueue(daemon.engine);
  const whole = await Promise.all(results.map(({ content, digest }) => readRoot(content, digest)));
  const comparedAtMs = performance.now();
  return Promise.allSettled(
    whole.map((image, at) =>
      queue.load({
        image,
        missing: placedLayers(image, store),
        comparedAtMs,
        content: results[at]?.content as ContentSource,
        form: 'stored',
      }),
    ),
  );
}

function readRoot(content: ContentSource, digest: Digest) {
  return readImage(content, { digest, mediaType: MediaType.ociManifest });
}

function tagged({ tags }: TestDaemon): string[] {
  return [...tags.keys()].sort();
}

describe.each(['classic', 'containerd'] as const)(
  'loads into one daemon with the %s store',
  (store) => {
    it('send a layer that several images lack once', async () => {
      const daemon = await startDaemon(store);
      const { results, layer } = images(['base', 'a'], ['base', 'b'], ['base', 'c']);
      const loads = await loadAll(daemon, results);
      const sent = daemon.loads.flatMap(layersIn);
      expect(sent.sort()).toEqual([layer(0, 0), layer(0, 1), layer(1, 1), layer(2, 1)].sort());
      expect(loads.map(({ layersSent }) => layersSent)).toEqual([2, 1, 1]);
      expect(tagged(daemon)).toEqual([tagOf(0), tagOf(1), tagOf(2)]);
    });

    it('that come at the same time go in one archive', async () => {
      const daemon = await startDaemon(store);
      const all = Array.from({ length: 20 }, (_, at) => ['base', `layer ${at}`]);
      const { results } = images(...all);
      const ended = await queueAll(daemon, store, results);
      expect(ended.map(({ status }) => status)).toEqual(all.map(() => 'fulfilled'));
      expect(daemon.loads.map((files) => layersIn(files).length)).toEqual([21]);
      expect(daemon.images.size).toBe(20);
    });

    it('bring one image once that several ask for', async () => {
      const daemon = await startDaemon(store);
      const { results } = images(['a', 'b'], ['a', 'b']);
      const loads = await loadAll(daemon, results);
      expect(daemon.loads).toHaveLength(1);
      expect(loads.map(({ layersSent }) => layersSent)).toEqual([2, 0]);
      expect(tagged(daemon)).toEqual([tagOf(0), tagOf(1)]);
    });

    it('keep what several stand on until the last of them is there', async () => {
      const daemon = await startDaemon(store);
      const { results } = images(['1', '2', '3'], ['1', '2', '4'], ['1', '2', '5']);
      await loadAll(daemon, results, { partSizeBytes: 1 });
      expect(daemon.images.size).toBe(3);
      expect(tagged(daemon)).toHaveLength(3);
    });

    it('do not take each other along when one fails', async () => {
      const daemon = await startDaemon(store);
      const { source, built, results } = images(['base', 'a'], ['base', 'bad'], ['base', 'c']);
      const bad = built[1]?.layers[1];
      if (bad) source.corrupt(bad, Buffer.alloc(bad.size, 1));
      const ended = await Promise.allSettled(
        results.map((result) => loadImage(result, daemon.engine)),
      );
      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(ended[1]).toMatchObject({ reason: { code: 'DIGEST_MISMATCH' } });
      expect(tagged(daemon)).toEqual([tagOf(0), tagOf(2)]);
    });

    it('tell those apart that another one took along', async () => {
      const daemon = await startDaemon(store);
      const { source, built, results } = images(['base', 'a'], ['base', 'bad'], ['base', 'c']);
      const bad = built[1]?.layers[1];
      if (bad) source.corrupt(bad, Buffer.alloc(bad.size, 1));
      const ended = await queueAll(daemon, store, results);
      for (const end of ended) expect(end).toMatchObject({ reason: expect.any(LoadInterrupted) });
      expect(daemon.images.size).toBe(0);
    });

    it('take over what one was to bring that is cancelled', async () => {
      const daemon = await startDaemon(store);
      const { results } = images(['base', 'a'], ['base', 'b']);
      const stop = new AbortController();
      const first = results[0] && loadImage(results[0], daemon.engine, {}, { signal: stop.signal });
      daemon.onLoad = (_, nth) => {
        if (nth > 1) return;
        stop.abort();
        throw new WarmdockError('CANCELLED', 'the load was cancelled');
      };
      const others = loadAll(daemon, results.slice(1));
      await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await others).toMatchObject([{ layersSent: 2 }]);
      expect(tagged(daemon)).toEqual([tagOf(1)]);
    });

    it('all end when the daemon goes away', async () => {
      const daemon = await startDaemon(store);
      const { results } = images(['base', 'a'], ['base', 'b'], ['base', 'c']);
      daemon.onLoad = () => {
        throw new WarmdockError('UNAVAILABLE', 'away');
      };
      const ended = await queueAll(daemon, store, results);
      for (const end of ended) expect(end).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
      expect(daemon.loads).toHaveLength(1);
    });

    it('tell each image of all bytes that it needs', async () => {
      const daemon = await startDaemon(store);
      const { results } = images(['base', 'a'], ['base', 'b']);
      const last: Progress[] = [];
      await Promise.all(
        results.map((result, at) =>
          loadImage(
            result,
            daemon.engine,
            {},
            {
              onProgress: (event) => {
                if (event.type === 'load') last[at] = event;
              },
            },
          ),
        ),
      );
      for (const event of last) {
        const { sentBytes, totalBytes } = event as Extract<Progress, { type: 'load' }>;
        expect(sentBytes).toBe(totalBytes);
      }
    });
  },
);

describe('a layer that cannot be inflated', () => {
  /** A gzip layer of several members, as estargz has. */
  function estargz() {
    const { source, built, results } = images(['low', 'odd', 'high']);
    return { source, built, results };
  }

  it('is sent as it is, and nothing else of the image', async () => {
    const daemon = await startDaemon('classic');
    const { source, built, results } = estargz();
    const [, odd] = built[0]?.layers ?? [];
    const cut: BuildResult['content'] = {
      ...source,
      async *fetch(layer, options) {
        // Its end announces no size.
        const isEnd = layer.digest === odd?.digest && options?.range !== undefined;
        if (isEnd) yield Buffer.alloc(4);
        else yield* source.fetch(layer, options);
      },
    };
    const notices: string[] = [];
    const onProgress = (event: Progress) =>
      void (event.type === 'notice' && notices.push(event.message));
    const [result] = results;
    const load =
      result && (await loadImage({ ...result, content: cut }, daemon.engine, {}, { onProgress }));
    expect(load).toMatchObject({ outcome: 'full', layersSent: 3 } satisfies Partial<LoadResult>);
    const sent = [...(daemon.loads.at(-1) ?? [])].map(([, bytes]) => String(bytes));
    expect(sent).toEqual(expect.arrayContaining(['low', 'high']));
    expect(sent).not.toContain('odd');
    expect(notices).toEqual([expect.stringMatching(/does not inflate .*; sending it as it is/)]);
  });
});
