import { randomUUID } from 'node:crypto';
import {
  type ImageStore,
  inspectImage,
  loadTestImage,
  pushTestImage,
  randomImage,
  removeImages,
  runCommand,
  type TestImage,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { screenOf } from '../support/screen.js';
import { printed, runShim, startShim } from '../support/shim.js';
import { startStallingRegistry } from '../support/stalling-registry.js';
import { type Side, useDockerAndShim } from './docker-and-shim.js';

const stores: readonly ImageStore[] = ['classic', 'containerd'];
const size = { columns: 120, rows: 24 };

/** Images in the testbed's registry, the second with two layers more; gone with the test. */
async function pushed(host: string, layerBytes = 100_000) {
  const [name, seed] = [`org/pull-${randomUUID()}`, randomUUID()];
  const base = await randomImage({ name: `${name}:base`, seed, layers: 2, layerBytes });
  const grown = await randomImage({ name: `${name}:latest`, seed, layers: 4, layerBytes });
  const { registry } = useTestbed();
  for (const image of [base, grown]) await pushTestImage(registry, image);
  onTestFinished(() => removeImages(host, name));
  const repository = `${registry.address}/${name}`;
  return { base, grown, repository, reference: `${repository}:latest` };
}

/** Docker says these when it happens to; not of every layer. */
const incidental = /: (?:Waiting|Verifying Checksum|Download complete)$/;

/** Layers in the order of their names: docker's is that in which they happen to come. */
function comparable(stdout: string, store: ImageStore): string[] {
  const lines = stdout.trimEnd().split('\n');
  const isLayer = (line: string) => /^[0-9a-f]{12}: /.test(line);
  const layers = lines
    .filter((line) => isLayer(line) && !incidental.test(line))
    // Of these, docker says nothing with that store.
    .filter((line) => store === 'classic' || !line.endsWith(': Already exists'))
    .sort((a, b) => a.slice(0, 12).localeCompare(b.slice(0, 12)));
  const from = lines.findIndex(isLayer);
  if (from < 0) return lines;
  const to = lines.findLastIndex(isLayer);
  // Docker says at times twice that a layer is there.
  return [...lines.slice(0, from), ...new Set(layers), ...lines.slice(to + 1)];
}

describe.each(stores)('with the %s store', (store) => {
  const sides = useDockerAndShim({ store });

  async function run(side: Side, args: readonly string[], env: Readonly<Record<string, string>>) {
    const command = ['docker', ...args];
    const whole = { ...sides.env, PATH: sides.paths[side], ...env };
    const { exitCode, stdout, stderr } = await runCommand(command, { env: whole });
    return { exitCode, stdout, stderr };
  }

  const idOf = ({ configDigest, manifestDigest }: TestImage) =>
    store === 'classic' ? configDigest : manifestDigest;
  const asDocker = (...args: string[]) => run('real', args, {});
  const optedIn = (...args: string[]) => run('shim', args, { WARMDOCK: 'pull' });

  /** What both sides print, each with the daemon as it was. */
  async function bothOf(args: readonly string[], image: string, prepare = async () => {}) {
    const outcomes = [];
    for (const pull of [asDocker, optedIn]) {
      await removeImages(sides.host, image);
      await prepare();
      const { exitCode, stdout, stderr } = await pull(...args);
      expect(exitCode, stderr).toBe(0);
      outcomes.push({ stderr, lines: comparable(stdout, store) });
    }
    return outcomes as [(typeof outcomes)[number], (typeof outcomes)[number]];
  }

  test.each<[what: string, words: readonly string[]]>([
    ['by its tag', ['pull', 'NAME:latest']],
    ['as an image', ['image', 'pull', 'NAME:base']],
    ['without a tag', ['pull', 'NAME']],
    ['quietly', ['pull', '-q', 'NAME:latest']],
    ['quietly without a tag', ['pull', '--quiet', 'NAME']],
    ['for a platform', ['pull', '--platform', 'linux/amd64', 'NAME:latest']],
  ])('a pull %s prints what docker prints', async (_what, words) => {
    const { repository } = await pushed(sides.host);
    const args = words.map((word) => word.replace('NAME', repository));
    const [real, shim] = await bothOf(args, repository);
    expect(shim).toEqual(real);
  });

  test('so does one of an image that is there, and of one whose lower layers are', async () => {
    const { repository, reference } = await pushed(sides.host);
    const pullOf = (name: string) => async () => void (await asDocker('pull', name));
    const again = await bothOf(['pull', reference], repository, pullOf(reference));
    expect(again[1]).toEqual(again[0]);
    expect(again[1].lines).toContain(`Status: Image is up to date for ${reference}`);
    const more = await bothOf(['pull', reference], repository, pullOf(`${repository}:base`));
    expect(more[1]).toEqual(more[0]);
    expect(more[1].lines).toContain(`Status: Downloaded newer image for ${reference}`);
  });

  test('and one of an image for several platforms, whose digest is that of all', async () => {
    const { base, grown, repository } = await pushed(sides.host);
    const digest = await pushIndex(repository, { amd64: grown, arm64: base });
    const platform = ['--platform', 'linux/amd64'];
    const [real, shim] = await bothOf(['pull', ...platform, `${repository}:index`], repository);
    expect(shim).toEqual(real);
    expect(shim.lines).toContain(`Digest: ${digest}`);
    const other = await optedIn('pull', '--platform', 'linux/arm64', `${repository}:index`);
    expect(other.exitCode).toBe(0);
    expect((await inspectImage(sides.host, `${repository}:index`))?.Id).toBe(idOf(base));
  });

  test('layers that came by tar are not downloaded', async () => {
    const { base, grown, reference } = await pushed(sides.host);
    onTestFinished(() => removeImages(sides.host, base.name));
    await loadTestImage(useTestbed()[store], base);
    const { stdout, exitCode } = await optedIn('pull', reference);
    expect(exitCode).toBe(0);
    expect(statesOf(stdout, base)).toEqual(['Already exists', 'Already exists']);
    expect(stdout.match(/: Pull complete$/gm)).toHaveLength(2);
    expect((await inspectImage(sides.host, reference))?.Id).toBe(idOf(grown));
  });

  test.each([{}, { WARMDOCK: 'explain' }])("with %j a pull is docker's", async (env) => {
    const { reference } = await pushed(sides.host);
    const { stderr } = await run('shim', ['pull', reference], env);
    const reason = /^warmdock: no build, passed through to \S+\n$/;
    expect(stderr).toMatch(env.WARMDOCK ? reason : /^$/);
    const { RepoDigests } = (await inspectImage(sides.host, reference)) ?? {};
    // Only docker's own pull makes such names.
    expect(RepoDigests).toHaveLength(1);
  });

  test("a pull by digest is docker's, which keeps the image under it", async () => {
    const { grown, repository } = await pushed(sides.host);
    const byDigest = `${repository}@${grown.manifestDigest}`;
    const { stdout, exitCode } = await optedIn('pull', '-q', byDigest);
    expect({ stdout, exitCode }).toEqual({ stdout: `${byDigest}\n`, exitCode: 0 });
    expect(await inspectImage(sides.host, byDigest)).toBeDefined();
  });

  test('a name that is not there fails as it does with docker, and says what and where', async () => {
    const { reference } = await pushed(sides.host);
    const gone = `${reference}-gone`;
    const [real, shim] = [await asDocker('pull', gone), await optedIn('pull', gone)];
    expect([shim.exitCode, shim.stdout]).toEqual([real.exitCode, real.stdout]);
    expect(shim.exitCode).toBe(1);
    expect(shim.stderr).toContain(`ERROR: pull of ${gone} failed: there is no image ${gone}\n`);
  });

  test.each(['UPPER/Case', 'a:b:c', '', '--platform=/ app', '--unknown app'])(
    'what is wrong with «%s» docker says itself',
    async (words) => {
      const args = words.split(' ');
      const [real, shim] = [await asDocker('pull', ...args), await optedIn('pull', ...args)];
      expect(shim).toEqual(real);
      expect(shim.exitCode).not.toBe(0);
    },
  );

  test('on a terminal each layer has one line, which stays', async () => {
    const { repository, reference } = await pushed(sides.host);
    const shown = [];
    for (const side of ['real', 'shim'] as const) {
      await removeImages(sides.host, repository);
      const run = startInTerminal(side, `docker pull ${reference}`);
      const text = (await run.ended).stdout.toString();
      const screen = screenOf(text, size).filter((line) => line !== '');
      shown.push(comparable(screen.join('\n'), store));
    }
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[1]?.filter((line) => line.endsWith(': Pull complete'))).toHaveLength(4);
  });

  test.each(['real', 'shim'] as const)(
    'Ctrl-C ends a pull by the %s docker, which leaves no image',
    async (side) => {
      const { grown, reference } = await pushed(sides.host, 6_000_000);
      await using registry = await startStallingRegistry(useTestbed().registry, grown.diffIds);
      const name = reference.replace(useTestbed().registry.address, registry.address);
      const run = startInTerminal(side, `trap : INT; docker pull ${name}; echo "ended with $?"`);
      await printed(run, ': Downloading [');
      run.child.stdin.write('\x03');
      const text = (await run.ended).stdout.toString();
      expect(text).toContain('ended with 130');
      expect(text).not.toMatch(/error/i);
      expect(await inspectImage(sides.host, name)).toBeUndefined();
    },
  );

  function startInTerminal(side: Side, line: string) {
    const session = `stty cols ${size.columns} rows ${size.rows}; ${line}`;
    return startShim(['-qec', session, '/dev/null'], {
      program: 'script',
      path: sides.paths[side],
      env: { ...sides.env, TERM: 'xterm', WARMDOCK: 'pull' },
      keepsInput: true,
    });
  }
});

/** Pushes an index of images by architecture, as the tag `index`; answers with its digest. */
async function pushIndex(repository: string, images: Readonly<Record<string, TestImage>>) {
  const manifests = Object.entries(images).map(([architecture, { layout, manifestDigest }]) => {
    const hex = manifestDigest.slice('sha256:'.length);
    const manifest = layout.find(({ name }) => name.endsWith(hex))?.content ?? '';
    return {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: manifestDigest,
      size: Buffer.byteLength(manifest),
      platform: { os: 'linux', architecture },
    };
  });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const [host, ...path] = repository.split('/');
  const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/index`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
  });
  expect(answer.status).toBe(201);
  return answer.headers.get('docker-content-digest');
}

/** What is said of the layers of an image, from the bottom up. */
function statesOf(stdout: string, { diffIds }: TestImage): string[] {
  return diffIds.flatMap((digest) => {
    const id = digest.slice('sha256:'.length, 'sha256:'.length + 12);
    return [...stdout.matchAll(new RegExp(`^${id}: (.*)$`, 'gm'))].map(([, state = '']) => state);
  });
}

test("a daemon that warmdock cannot speak to is docker's", async () => {
  const env = { WARMDOCK: 'pull', DOCKER_HOST: 'ssh://nobody@localhost', HOME: '/nonexistent' };
  const ended = await runShim(['pull', 'app'], { env: { ...env, WARMDOCK_DOCKER: '/bin/echo' } });
  expect(ended.stdout.toString()).toBe('pull app\n');
  expect(ended.stderr).toBe('');
});

test('a daemon that cannot be reached is named', async () => {
  const env = { WARMDOCK: 'pull', DOCKER_HOST: 'unix:///nonexistent.sock', HOME: '/nonexistent' };
  const { stderr, exitCode } = await runShim(['pull', 'localhost:1/app'], {
    env: { ...env, WARMDOCK_DOCKER: '/bin/false' },
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^ERROR: pull of localhost:1\/app:latest failed: .*nonexistent\.sock/);
});
