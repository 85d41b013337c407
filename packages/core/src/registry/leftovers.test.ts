import { getEventListeners } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { copy } from '../content/copy/copy.js';
import { openLayout } from '../content/layout.js';
import { readBlob } from '../content/read-blob.js';
import { describeBytes } from '../content/testing/memory-source.js';
import { chunksOf, putImage } from '../content/testing/small-image.js';
import { parseReference } from '../oci/reference.js';
import { openRepository } from './open-repository.js';
import type { Repository } from './repository.js';
import { env, fakeRegistry, listOf } from './repository.testing.js';
import type { RepositoryOptions } from './repository-options.js';

/** What this process has open: files by their names, all else by its kind. */
function openHandles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`).replace(/:\[\d+\]$/, '')];
    } catch {
      // That of the folder itself.
      return [];
    }
  });
}

/** What is open besides the given. */
function openBesides(known: readonly string[]): string[] {
  const left = [...known];
  return openHandles().filter((each) => {
    const at = left.indexOf(each);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** Whose login is not known, or wrong, is told so. */
function guard({ headers, url }: IncomingMessage): string | undefined {
  const isClosed = url?.includes('/closed/') && !headers.authorization?.startsWith('Bearer');
  return isClosed ? 'Basic realm="test"' : undefined;
}

/** A registry with an image, and a folder for all that is temporary. */
async function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-leftovers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const registry = await fakeRegistry({ guard });
  const before = openHandles();
  const { signal } = new AbortController();
  const withRepository = async (
    path: string,
    work: (repository: Repository, name: string) => Promise<unknown>,
    options: RepositoryOptions = {},
  ) => {
    const name = `${registry.host}/${path}:v1`;
    const quick = { plainHttp: true, certsDirectories: [], retries: 0, stallMs: 200, ...options };
    await using repository = await openRepository(name, quick, { env });
    return await work(repository, name);
  };
  await withRepository('team/app', async (repository, name) => {
    const { manifest } = await putImage(repository, { layerBytes: [300_000, 1000] });
    await repository.tag(manifest, parseReference(name));
  });
  return { registry, before, folder, signal, withRepository };
}

type Scene = Awaited<ReturnType<typeof scene>>;

const bytes = Buffer.alloc(300_000, 'a');
const blob = describeBytes(bytes);
const fails = (work: Promise<unknown>) => expect(work).rejects.toThrow();

/** One of each; `round` makes names of its own. */
const operations: ((scene: Scene, round: number) => Promise<unknown>)[] = [
  ({ folder, signal, withRepository }, round) =>
    withRepository('team/app', (from, name) =>
      copy(from, name, openLayout(join(folder, 'layout')), `app:${round}`, { signal }),
    ),
  ({ signal, withRepository }, round) =>
    withRepository('team/app', (from, name) =>
      withRepository(`team/copy-${round}`, (to, other) => copy(from, name, to, other, { signal })),
    ),
  ({ folder, signal, withRepository }, round) =>
    withRepository(`team/laid-${round}`, (to, name) =>
      copy(openLayout(join(folder, 'layout')), `app:${round}`, to, name, { signal }),
    ),
  ({ signal, withRepository }) =>
    withRepository('team/app', async (of, name) => {
      const found = await of.resolve(parseReference(name), { signal });
      if (!found) throw new Error('no image');
      await of.tag(found, parseReference('any:v2'), { signal });
      await listOf(of.tags({ signal }));
      await listOf(of.referrers(found.digest, { signal }));
    }),
  ({ folder, signal, withRepository }) =>
    withRepository('team/none', (from, name) =>
      fails(copy(from, name, openLayout(join(folder, 'layout')), 'app:none', { signal })),
    ),
  ({ signal, withRepository }) =>
    withRepository(
      'closed/app',
      (of, name) => fails(of.resolve(parseReference(name), { signal })),
      { login: { username: 'me', password: 'wrong' } },
    ),
  ({ registry, signal, withRepository }) =>
    withFaults(registry, { cutsUploadsAfterBytes: 100_000 }, () =>
      withRepository('team/app', (to) => fails(to.push(blob, chunksOf(bytes), { signal }))),
    ),
  ({ registry, signal, withRepository }) =>
    withFaults(registry, { location: 'http://127.0.0.1:1/' }, () =>
      withRepository('team/app', (to) => fails(to.push(blob, chunksOf(bytes), { signal }))),
    ),
  ({ registry, folder, signal, withRepository }, round) =>
    withFaults(registry, { wrongBytes: true }, () =>
      withRepository('team/app', (from, name) =>
        fails(copy(from, name, openLayout(join(folder, `bad-${round}`)), 'a:b', { signal })),
      ),
    ),
  ({ registry, withRepository }) =>
    withFaults(registry, { stalls: true }, () =>
      withRepository('team/app', (of) =>
        fails(readBlob(of, layerIn(registry), { signal: AbortSignal.timeout(20) })),
      ),
    ),
  ({ registry, signal, withRepository }) =>
    withRepository('team/app', async (of) => {
      for await (const _ of of.fetch(layerIn(registry), { signal })) break;
    }),
];

/** The largest blob of the image. */
function layerIn({ content }: Scene['registry']) {
  const blobs = [...content.of('team/app').blobs.values()];
  const largest = blobs.sort((a, b) => b.length - a.length)[0];
  return describeBytes(largest ?? Buffer.alloc(0));
}

async function withFaults(
  registry: Scene['registry'],
  faults: Scene['registry']['faults'],
  work: () => Promise<unknown>,
): Promise<void> {
  registry.faults = faults;
  await work();
  registry.faults = {};
}

describe('after 200 operations, half of which fail', () => {
  it('nothing is open, no temporary name is left, and nobody listens to the signal', async () => {
    const stage = await scene();
    for (let round = 0; round * operations.length < 200; round++)
      for (const run of operations) await run(stage, round);
    // Sooner than idle connections end by themselves.
    await expect.poll(() => openBesides(stage.before), { timeout: 2000 }).toEqual([]);
    const names = readdirSync(stage.folder, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /warmdock-|[0-9a-f]{8}-[0-9a-f]{4}-|\.lock$/.test(name))).toEqual(
      [],
    );
    expect(getEventListeners(stage.signal, 'abort')).toEqual([]);
  });
});
