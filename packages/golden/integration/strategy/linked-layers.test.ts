import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clone, type GoldenStore, openStore } from '@warmdock/golden';
import {
  type Engine,
  importBaseImage,
  loadTestImage,
  makeContext,
  outputOf,
  printedBy,
  randomImage,
  runCommand,
  runDocker,
  testbedDir,
} from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderDigest } from '../support/folder-digest.js';
import { savedDigests } from '../support/saved-digests.js';
import {
  type Daemon,
  docker,
  startSessionEngine,
  stopWithoutContainers,
} from '../support/session-engine.js';

const run = ['run', '--rm', '--network', 'none'];

/** Layers with a whiteout, an opaque folder and a setuid program among them, and a cache mount. */
const steps = [
  'RUN mkdir /made && echo made > /made/here && echo gone > /made/gone',
  'RUN rm -r /made && mkdir /made && echo again > /made/here',
  'RUN rm /bin/id && cp /bin/busybox /bin/raised && chmod 4755 /bin/raised',
  'RUN --mount=type=cache,target=/cache touch /cache/used',
];

describe.each<[string, Daemon]>([
  ['the classic store', { store: 'classic' }],
  ['the containerd store', { store: 'containerd' }],
  [
    'the containerd store with an external containerd',
    { store: 'containerd', hasExternalContainerd: true },
  ],
  ['the classic store of Docker 26', { store: 'classic', version: '26' }],
  ['the classic store of Docker 20.10', { store: 'classic', version: '20' }],
])('on %s, a session with linked layers', (_, daemon) => {
  let folder: string;
  let golden: GoldenStore;
  let pool: string;
  let before: { golden: string[]; saved: Record<string, string[]>; images: string[] };
  let clone: Clone;
  let engine: Engine;

  beforeAll(async () => {
    await mkdir(testbedDir(), { recursive: true });
    folder = await mkdtemp(join(testbedDir(), 'linked-'));
    golden = await openStore(join(folder, 'store'), { strategy: 'layer-link' });
    pool = join(golden.root, 'layers');
    const { saved, images } = await makeGolden();
    before = { golden: await goldenDigests(), saved, images };
    clone = await golden.clone({ project: 'app', session: 'work' });
    engine = await startSessionEngine(clone, daemon);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function makeGolden() {
    const empty = await golden.clone({ project: 'app', session: 'first', allowEmpty: true });
    await using first = await startSessionEngine(empty, daemon);
    await importBaseImage(first);
    await loadTestImage(first, await randomImage({ name: 'never-run:1' }));
    await build(first, 'built:1', context());
    await docker(first, 'volume', 'create', 'kept');
    await docker(first, ...run, '--volume', 'kept:/kept', 'busybox:test', 'touch', '/kept/file');
    const saved = await savedImages(first);
    const images = await listImages(first);
    await stopWithoutContainers(first);
    await golden.promote({ session: 'first', proof: { buildId: 'first', exitCode: 0 } });
    return { saved, images };
  }

  const goldenDigests = () =>
    Promise.all(
      [pool, join(golden.root, 'projects/app/generations/000001/tree')].map(folderDigest),
    );

  const context = () =>
    makeContext(join(folder, 'context'), {
      base: 'busybox:test',
      layers: 2,
      layerBytes: 100_000,
      files: 200,
      lines: steps,
    });

  async function listImages(on: Engine): Promise<string[]> {
    const format = '{{.Repository}}:{{.Tag}} {{.ID}}';
    return sortedLines(await docker(on, 'images', '--all', '--no-trunc', '--format', format));
  }

  const sortedLines = (text: string) => text.split('\n').filter(Boolean).sort();

  async function build(on: Engine, tag: string, dir: string): Promise<string> {
    const args = ['build', '--network', 'none', '--progress', 'plain', '--tag', tag, dir];
    const { exitCode, stdout, stderr } = await runDocker(args, { host: on.host });
    if (exitCode !== 0) throw new Error(`build of ${tag} failed: ${stderr}`);
    return stdout + stderr;
  }

  async function buildOnTop(on: Engine): Promise<void> {
    const dir = join(folder, 'on-top');
    await mkdir(dir, { recursive: true });
    const lines = ['FROM built:1', 'RUN rm /made/here && echo more > /made/more'];
    await writeFile(join(dir, 'Dockerfile'), lines.join('\n'));
    await build(on, 'on-top:1', dir);
  }

  async function savedImages(on: Engine): Promise<Record<string, string[]>> {
    const saved: Record<string, string[]> = {};
    for (const name of ['never-run:1', 'built:1']) saved[name] = await savedDigests(on, name);
    return saved;
  }

  async function uniqueBytes(): Promise<number> {
    const { sessions } = await golden.usage();
    return sessions.find(({ session }) => session === 'work')?.uniqueBytes ?? 0;
  }

  test('has every layer of its images from the pool', async () => {
    const { generations } = await golden.inspect({ project: 'app' });
    // One of busybox, three that never ran, and those of the build.
    expect(generations[0]?.layers).toBeGreaterThanOrEqual(1 + 3 + 4 + steps.length);
  });

  test('has the images of the golden', async () => {
    expect(await listImages(engine)).toEqual(before.images);
  });

  test('runs them, with whiteouts, opaque folders and setuid as they were', async () => {
    const script = 'ls /made /bin/id 2>&1; ls -l /bin/raised; cat /made/here';
    const output = await printedBy(engine.host, 'built:1', ['sh', '-c', script]);
    expect(output).toMatch(/No such file.*\/made:\nhere\n-rwsr-xr-x .*\nagain\n$/s);
  });

  test('saves them bit by bit as before', async () => {
    expect(await savedImages(engine)).toEqual(before.saved);
  });

  test('builds them again from the cache alone', async () => {
    const output = await build(engine, 'again:1', context());
    const ran = [...output.matchAll(/^#(\d+) \[[^\]]*\d+\/\d+\] (?:RUN|COPY)/gm)].map(
      ([, id]) => id,
    );
    expect(new Set(ran).size).toBe(4 + steps.length);
    expect(ran.filter((id) => !output.includes(`\n#${id} CACHED`))).toEqual([]);
  });

  test('builds new layers on top of them', async () => {
    await buildOnTop(engine);
    expect(await printedBy(engine.host, 'on-top:1', ['ls', '/made'])).toBe('more\n');
    expect(await savedDigests(engine, 'on-top:1')).not.toEqual([]);
  });

  test('tells, exports and commits what a container changed', async () => {
    const script = 'echo changed > /made/here; rm /tiny.txt; echo new > /new; sleep 600';
    const started = ['run', '--detach', '--network', 'none', '--name', 'changing', 'built:1'];
    await docker(engine, ...started, 'sh', '-c', script);
    await expect
      .poll(async () => sortedLines(await docker(engine, 'diff', 'changing')))
      .toEqual(['A /new', 'C /made', 'C /made/here', 'D /tiny.txt']);
    const archive = join(folder, 'exported.tar');
    await docker(engine, 'export', '--output', archive, 'changing');
    const env = { PATH: process.env.PATH ?? '' };
    const listed = await outputOf(runCommand(['tar', '-tf', archive], { env }));
    expect(listed).toMatch(/^made\/here$/m);
    expect(listed).toMatch(/^files\/0001\/99.txt$/m);
    expect(listed).not.toMatch(/^tiny.txt$/m);
    await docker(engine, 'commit', 'changing', 'committed:1');
    expect(await printedBy(engine.host, 'committed:1', ['cat', '/made/here'])).toBe('changed\n');
    await docker(engine, 'rm', '--force', 'changing');
  });

  test('is not made a golden while its daemon runs', async () => {
    const proof = { buildId: 'early', exitCode: 0 } as const;
    await expect(golden.promote({ session: 'work', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is in use'),
    });
    expect((await golden.list()).projects).toMatchObject([{ current: 1, generations: [1] }]);
  });

  test('has the named volumes of the golden', async () => {
    const volume = ['--volume', 'kept:/kept'];
    expect(await printedBy(engine.host, 'busybox:test', ['ls', '/kept'], volume)).toBe('file\n');
  });

  test('gives the space of its own images back when they are removed', async () => {
    const big = await randomImage({ name: 'big:1', layerBytes: 5_000_000 });
    const before = await uniqueBytes();
    await loadTestImage(engine, big);
    expect(await uniqueBytes()).toBeGreaterThan(before + 15_000_000);
    await docker(engine, 'rmi', 'big:1');
    await expect.poll(uniqueBytes).toBeLessThan(before + 1_000_000);
  });

  test('removes images and prunes all that is left', async () => {
    await docker(engine, 'rmi', '--force', 'built:1', 'again:1');
    await docker(engine, 'builder', 'prune', '--all', '--force');
    await docker(engine, 'system', 'prune', '--all', '--force', '--volumes');
    expect(await listImages(engine)).toEqual([]);
    expect(await readFile(engine.logPath, 'utf8')).not.toContain(pool);
  });

  test('leaves the layers of the golden as they were, and ends', async () => {
    await stopWithoutContainers(engine);
    expect(await goldenDigests()).toEqual(before.golden);
    expect(await golden.verify({ project: 'app', deep: true })).toMatchObject({ problems: [] });
    await golden.release({ session: 'work' });
    expect(await goldenDigests()).toEqual(before.golden);
  });

  test('becomes a golden that shares the layers of the one before', async () => {
    const next = await golden.clone({ project: 'app', session: 'next' });
    {
      await using builder = await startSessionEngine(next, daemon);
      await buildOnTop(builder);
      await stopWithoutContainers(builder);
    }
    const proof = { buildId: 'next', exitCode: 0 } as const;
    const { sizeBytes, addedBytes } = await golden.promote({ session: 'next', proof });
    expect(sizeBytes).toBeGreaterThan(2 * addedBytes);
    expect(await golden.verify({ project: 'app', deep: true })).toMatchObject({ problems: [] });
    const last = await golden.clone({ project: 'app', session: 'last' });
    await using user = await startSessionEngine(last, daemon);
    expect(await printedBy(user.host, 'on-top:1', ['ls', '/made'])).toBe('more\n');
    expect(await savedImages(user)).toEqual(before.saved);
  });
});
