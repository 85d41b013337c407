import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  outputOf,
  pushTestImage,
  randomImage,
  removeImages,
  runClient,
  runDocker,
  startEngine,
  useTestbed,
} from '@warmdock/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { loadedImage } from './support/loaded-image.js';
import { temporaryFolder } from './support/project.js';
import { printed, startShim } from './support/shim.js';
import { startStallingRegistry } from './support/stalling-registry.js';
import { launcher, runWarmdock } from './support/warmdock.js';

const { registry, classic } = useTestbed();

async function pushed(tag = 'v1') {
  const image = await randomImage({ name: `cli-${randomUUID()}:${tag}`, layerBytes: 200_000 });
  return { image, reference: await pushTestImage(registry, image) };
}

async function warmdock(args: readonly string[], host = classic.host) {
  const { exitCode, stdout, stderr } = await runWarmdock(args, { host });
  expect(exitCode, stderr).toBe(0);
  return { stdout, stderr };
}

const digestOf = async (name: string) =>
  (await outputOf(runClient('crane', ['digest', '--insecure', name]))).trim();

test.each(['classic', 'containerd'] as const)(
  'pull loads an image into the %s store, and then nothing',
  async (store) => {
    const { reference, image } = await pushed();
    const { host } = useTestbed()[store];
    onTestFinished(() => removeImages(host, reference));
    const first = await warmdock(['pull', reference], host);
    expect(first.stdout).toMatch(/^all 3 layers loaded from the registry, 60\d kB \(/);
    const id = store === 'classic' ? image.configDigest : image.manifestDigest;
    expect((await loadedImage(host, reference))?.id).toBe(id);
    const { stdout } = await warmdock(['pull', '--json', reference], host);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'unchanged', layersSent: 0 });
  },
);

test('pull shows each layer that comes, with a bar, on a terminal', async () => {
  const image = await randomImage({ name: `cli-${randomUUID()}:v1`, layerBytes: 6_000_000 });
  const reference = await pushTestImage(registry, image);
  await using stalling = await startStallingRegistry(registry, image.diffIds);
  const name = reference.replace(registry.address, stalling.address);
  const session = `stty cols 100 rows 24; ${launcher} pull ${name}`;
  const run = startShim(['-qec', session, '/dev/null'], {
    program: 'script',
    env: { DOCKER_HOST: classic.host, HOME: temporaryFolder(), TERM: 'xterm' },
    keepsInput: true,
  });
  await printed(run, ': Downloading [=');
  run.child.stdin.write('\x03');
  const { stdout, exitCode } = await run.ended;
  expect(stdout.toString()).toMatch(/pulling \S+: [\d.]+ MB of 18 MB [\d.]+s/);
  expect(stdout.toString().match(/[0-9a-f]{12}: Pulling fs layer/g)?.length).toBeGreaterThan(1);
  expect(exitCode).toBe(130);
});

test('inspect shows layers, and what the daemon lacks', async () => {
  const { reference, image } = await pushed();
  await using daemon = await startEngine({ store: 'classic' });
  const { stdout } = await warmdock(['inspect', '--missing', reference], daemon.host);
  expect(stdout).toContain(image.manifestDigest);
  expect(stdout.match(/missing$/gm)).toHaveLength(3);
  await warmdock(['pull', '-t', 'mine', reference], daemon.host);
  const after = await warmdock(['inspect', '--missing', '--json', reference], daemon.host);
  expect(JSON.parse(after.stdout)).toMatchObject({
    missing: [],
    manifestDigest: image.manifestDigest,
  });
});

test('copy goes between repositories, and through a layout', async () => {
  const { reference, image } = await pushed();
  const other = `${registry.address}/cli-${randomUUID()}:copied`;
  const { stdout } = await warmdock(['copy', reference, other]);
  expect(stdout).toContain(`${other}@${image.manifestDigest}: 0 copied, 4 mounted, 0 present`);
  expect(await digestOf(other)).toBe(image.manifestDigest);
  const layout = join(temporaryFolder(), 'layout');
  await warmdock(['copy', reference, `oci-layout://${layout}`]);
  expect(JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests).toHaveLength(1);
  await warmdock(['copy', `oci-layout://${layout}`, reference]);
});

test.each(['classic', 'containerd'] as const)(
  'push brings an image of the %s store to a registry, and then nothing',
  async (store) => {
    const { reference } = await pushed();
    const { host } = useTestbed()[store];
    onTestFinished(() => removeImages(host, reference));
    await warmdock(['pull', reference], host);
    const other = `${registry.address}/cli-${randomUUID()}:pushed`;
    const { stdout } = await warmdock(['push', reference, other], host);
    const how = store === 'classic' ? 'pushed by the daemon' : '4 copied, 0 mounted, 0 present';
    expect(stdout).toMatch(new RegExp(`^${other}@sha256:\\w+: ${how}`));
    const again = await warmdock(['push', '--json', reference, other], host);
    expect(JSON.parse(again.stdout)).toMatchObject({
      reference: other,
      digest: await digestOf(other),
    });
  },
);

test('copy reads what docker save wrote', async () => {
  const { reference } = await pushed();
  const { host } = classic;
  onTestFinished(() => removeImages(host, reference));
  await warmdock(['pull', reference], host);
  const archive = join(temporaryFolder(), 'saved.tar');
  await outputOf(runDocker(['save', '--output', archive, reference], { host }));
  const other = `${registry.address}/cli-${randomUUID()}:saved`;
  const { stdout } = await warmdock(['copy', `docker-archive://${archive}`, other]);
  expect(stdout).toContain(`${other}@${await digestOf(other)}: 4 copied`);
  const refused = await runWarmdock(['copy', other, `docker-archive://${archive}`], { host });
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('cannot write') });
});

test('tags lists them', async () => {
  const { reference } = await pushed('v7');
  expect((await warmdock(['tags', reference])).stdout).toBe('v7\n');
  const { stdout } = await warmdock(['tags', '--json', reference]);
  expect(JSON.parse(stdout)).toEqual({ repository: reference.replace(/:v7$/, ''), tags: ['v7'] });
});

test.each<[words: string[], exitCode: number, message: RegExp]>([
  [['pull', 'GONE/x:y'], 1, /there is no image|not an image reference|did not answer/],
  [['tags'], 1, /requires 1 argument: REPOSITORY/],
  [['copy', 'oci-layout://a', 'oci-layout://b'], 1, /needs a name/],
  [['copy', 'a', 'b', '--nonsense'], 125, /unknown flag: --nonsense/],
])('%j ends with %i', async (words, exitCode, message) => {
  const named = words.map((word) => word.replace('GONE', registry.address));
  const result = await runWarmdock(named, { host: classic.host });
  expect(result.exitCode).toBe(exitCode);
  expect(result.stderr).toMatch(message);
  expect(result.stdout).toBe('');
});
