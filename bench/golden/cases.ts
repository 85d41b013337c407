import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clone, GoldenStore } from '@warmdock/golden';
import { loadTestImage, runDocker, startEngine } from '@warmdock/testkit';
import { alternate, type Side, summarise } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import type { Row } from '../report/row.js';
import { goldenTargets } from '../targets/targets.js';
import { imageNames, oneMoreImage } from './images.js';
import { type BenchPlace, copyByCp } from './places.js';

const project = 'bench';
const AT_ONCE = 50;

export interface CaseOptions {
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/**
 * Nothing is removed before all is measured: for minutes after a removal ext4 looks at every inode
 * that was freed before it makes a new one, and a copy frees twenty thousand.
 */
let count = 0;
const nextSession = () => `s${count++}`;
const nextCopy = ({ dir }: BenchPlace) => join(dir, `copy-${count++}`);

/** A clone and what the system before did, a copy, on one file system. */
export async function cloneCase(
  place: BenchPlace,
  store: GoldenStore,
  tree: string,
  options: CaseOptions,
): Promise<Row[]> {
  const times = await alternate({ ours: cloning(store), theirs: copying(place, tree) }, options);
  return [
    {
      case: `clone of 1 GB by ${store.strategy}`,
      store: place.fileSystem,
      against: 'cp -a',
      target: goldenTargets.clone,
      ...times,
    },
  ];
}

/** The same number of layers and files, a tenth of the bytes. */
export async function growthCase(
  place: BenchPlace,
  stores: { readonly small: GoldenStore; readonly large: GoldenStore },
  options: CaseOptions,
): Promise<Row[]> {
  const sides = { ours: cloning(stores.large), theirs: cloning(stores.small) };
  return [
    {
      case: 'clone of 1 GB',
      store: place.fileSystem,
      against: 'clone of 100 MB of as many layers',
      target: goldenTargets.growth,
      ...(await alternate(sides, options)),
    },
  ];
}

/** From nothing to the list of images of a daemon that runs. */
export async function sessionCase(
  place: BenchPlace,
  store: GoldenStore,
  tree: string,
  options: CaseOptions,
): Promise<Row[]> {
  const ours = async () => {
    await settle();
    const start = performance.now();
    const clone = await store.clone({ project, session: nextSession() });
    return await untilImages(start, clone.dataRoot, clone);
  };
  const theirs = async () => {
    const copy = nextCopy(place);
    await settle();
    const start = performance.now();
    await copyByCp(tree, copy);
    return await untilImages(start, join(copy, 'docker'));
  };
  const times = await alternate({ ours: { sample: ours }, theirs: { sample: theirs } }, options);
  return [
    {
      case: 'clone, dockerd ready, `docker images` complete',
      store: place.fileSystem,
      against: 'cp -a, dockerd, docker images',
      target: goldenTargets.session,
      ...times,
    },
  ];
}

/** Many sessions that begin at the same time. */
export async function manyCase(
  place: BenchPlace,
  store: GoldenStore,
  tree: string,
  options: CaseOptions,
): Promise<Row[]> {
  const ours = async () => {
    const sessions = Array.from({ length: AT_ONCE }, nextSession);
    await settle();
    const start = performance.now();
    await Promise.all(sessions.map((session) => store.clone({ project, session })));
    return performance.now() - start;
  };
  const sides = { ours: { sample: ours }, theirs: copying(place, tree) };
  return [
    {
      case: `${AT_ONCE} clones of 1 GB at once`,
      store: place.fileSystem,
      against: 'cp -a, once',
      ...(await alternate(sides, options)),
    },
  ];
}

/** A promotion of one layer of 10 MB: on top of 1 GB, of 100 MB, and what the system before did. */
export async function promoteCase(
  place: BenchPlace,
  stores: { readonly small: GoldenStore; readonly large: GoldenStore },
  tree: string,
  options: CaseOptions,
): Promise<Row[]> {
  const sides = {
    large: promoting(stores.large),
    small: promoting(stores.small),
    copy: copying(place, tree),
  };
  const { large, small, copy } = await alternate(sides, options);
  const row = { case: 'promotion of 10 MB on top of 1 GB', store: place.fileSystem, ours: large };
  return [
    { ...row, against: 'cp -a', theirs: copy },
    {
      ...row,
      against: 'promotion of 10 MB on top of 100 MB',
      target: goldenTargets.promote,
      theirs: small,
    },
  ];
}

function promoting(store: GoldenStore): Side {
  const sample = async () => {
    const clone = await store.clone({ project, session: nextSession() });
    await addImage(clone);
    await settle();
    const start = performance.now();
    await store.promote({ session: clone.session, proof: { buildId: 'bench', exitCode: 0 } });
    return performance.now() - start;
  };
  return { sample };
}

/** What a session takes on disk before it does anything. */
export async function diskCase(
  place: BenchPlace,
  store: GoldenStore,
  tree: string,
): Promise<Row[]> {
  const sessions = Array.from({ length: AT_ONCE }, nextSession);
  const clones = await taken(place, async () => {
    for (const session of sessions) await store.clone({ project, session });
  });
  const copied = await taken(place, () => copyByCp(tree, nextCopy(place)));
  return [
    {
      case: `disk that one of ${AT_ONCE} clones of 1 GB takes`,
      store: place.fileSystem,
      against: 'cp -a',
      target: goldenTargets.disk,
      ours: summarise([clones / AT_ONCE]),
      theirs: summarise([copied]),
    },
  ];
}

function cloning(store: GoldenStore): Side {
  const sample = async () => {
    const session = nextSession();
    await settle();
    const start = performance.now();
    await store.clone({ project, session });
    return performance.now() - start;
  };
  return { sample, perRound: 3 };
}

function copying(place: BenchPlace, tree: string): Side {
  const sample = async () => {
    const copy = nextCopy(place);
    await settle();
    const start = performance.now();
    await copyByCp(tree, copy);
    return performance.now() - start;
  };
  return { sample };
}

async function untilImages(start: number, dataRoot: string, clone?: Clone): Promise<number> {
  const mounts = clone && { mounts: clone.mounts };
  await using engine = await startEngine({ store: 'classic', dataRoot, ...mounts });
  const images = await runDocker(['images', '--format', '{{.Repository}}:{{.Tag}}'], engine);
  const wallMs = performance.now() - start;
  const missing = imageNames.filter((name) => !images.stdout.includes(name));
  if (missing.length > 0) throw new Error(`the daemon lacks ${missing.join(', ')}`);
  await engine.stop();
  return wallMs;
}

async function addImage({ dataRoot, mounts, session }: Clone): Promise<void> {
  await using engine = await startEngine({ store: 'classic', dataRoot, mounts });
  await loadTestImage(engine, await oneMoreImage(`more-${session}:1`));
  await engine.stop();
}

/** Bytes that the file system has less afterwards. */
async function taken({ dir }: BenchPlace, work: () => Promise<void>): Promise<number> {
  await settle();
  const before = freeBytes(dir);
  await work();
  await settle();
  return before - freeBytes(dir);
}

function freeBytes(dir: string): number {
  const { bfree, bsize } = statfsSync(dir);
  return bfree * bsize;
}
