import { randomBytes } from 'node:crypto';
import {
  imageIdOf,
  makeDockerConfig,
  outputOf,
  runDocker,
  useTestbed,
  withShell,
} from '@warmdock/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { newTag, projectOf, temporaryFolder } from '../support/project.js';
import { type Side, useDockerAndShim } from './docker-and-shim.js';
import { outcomeOf } from './outcome.js';

const sides = useDockerAndShim();
const dockerfile = 'FROM scratch\nCOPY file /file\n';

/** A user's docker, with a builder that is selected for all docker hosts. */
async function userWith(config: object, driverOptions: readonly string[] = []) {
  const { BUILDX_BUILDER: _, ...env } = sides.env;
  const DOCKER_CONFIG = await makeDockerConfig(temporaryFolder());
  const user = { ...env, DOCKER_CONFIG };
  const options = driverOptions.flatMap((option) => ['--driver-opt', option]);
  const { address = '' } = useTestbed().buildkits[0] ?? {};
  const create = ['buildx', 'create', '--name', 'mine', '--driver', 'remote', ...options, address];
  await outputOf(runDocker(create, { env: user }));
  await outputOf(runDocker(['buildx', 'use', 'mine'], { env: user }));
  // Only now: docker may refuse to do anything with it.
  await makeDockerConfig(DOCKER_CONFIG, config);
  return user;
}

/** The outcomes of the line with docker and with the shim, and how the shim explains its own. */
async function bothSides(
  line: string,
  user: Readonly<Record<string, string>>,
  cwd = projectOf({ Dockerfile: dockerfile, file: 'file' }),
) {
  const place = (side: Side, more = {}) => ({
    cwd,
    env: { ...user, ...more, PATH: sides.paths[side] },
  });
  const real = await outcomeOf({ line }, place('real'));
  const shim = await outcomeOf({ line }, place('shim'));
  const explained = await outcomeOf({ line }, place('shim', { WARMDOCK: 'explain' }));
  const [explanation] = explained.stderr.match(/^warmdock: .*$/m) ?? [];
  expect(shim.outcome, `${real.stderr}\n---\n${shim.stderr}`).toEqual(real.outcome);
  return { ...shim, realStderr: real.stderr, explanation };
}

const built = (rule: string) => `warmdock: building on builder "mine" (by ${rule})`;

describe('a builder whose results are loaded by default', () => {
  const options = ['default-load=true'];

  test.each([
    ['buildx build -t TAG .', 'docker buildx use'],
    ['buildx --builder mine build -t TAG .', '--builder'],
    ['buildx b -q -t TAG .', 'docker buildx use'],
  ])('gives the daemon the image: docker %s', async (line, rule) => {
    const { outcome, explanation } = await bothSides(line, await userWith({}, options));
    expect(outcome.imageId).toMatch(/^sha256:/);
    expect(explanation).toBe(built(rule));
  });

  test.each([
    [{ BUILDX_NO_DEFAULT_LOAD: '1' }, undefined, /BUILDX_NO_DEFAULT_LOAD=1 leaves/],
    [{ BUILDX_NO_DEFAULT_LOAD: '0' }, expect.stringMatching(/^sha256:/), /^warmdock: building/],
  ])('unless %j', async (env, imageId, reason) => {
    const user = { ...(await userWith({}, options)), ...env };
    const { outcome, explanation } = await bothSides('buildx build -t TAG .', user);
    expect(outcome.imageId).toEqual(imageId);
    expect(explanation).toMatch(reason);
  });

  test('or not: without the option the result stays in the builder', async () => {
    const line = 'buildx build -t TAG .';
    const { outcome, explanation } = await bothSides(line, await userWith({}));
    expect(outcome).toMatchObject({ exitCode: 0, imageId: undefined });
    expect(explanation).toMatch(/the result stays in builder "mine", passed through to docker/);
  });
});

describe("docker's alias for its builder", () => {
  const buildx = { aliases: { builder: 'buildx' } };

  test.each([
    ['build --load -t TAG .', built('docker buildx use')],
    ['image build --load -t TAG .', built('docker buildx use')],
    ['builder build --load -t TAG .', built('docker buildx use')],
  ])('buildx makes the selected builder count: docker %s', async (line, expected) => {
    const { outcome, explanation } = await bothSides(line, await userWith(buildx));
    expect(outcome.imageId).toMatch(/^sha256:/);
    expect(explanation).toBe(expected);
  });

  test('buildx means that nothing is loaded unless asked for', async () => {
    const { outcome, explanation } = await bothSides('build -t TAG .', await userWith(buildx));
    expect(outcome).toMatchObject({ exitCode: 0, imageId: undefined });
    expect(explanation).toMatch(/without --load .* passed through to docker/);
  });

  test.each([
    [{ builder: 'compose' }, 'build --load -t TAG .', /builds are for "compose"/],
    [{ builder: 'nobody' }, 'build --load -t TAG .', /builds are for "nobody"/],
    [{ other: 'buildx' }, 'buildx build --load -t TAG .', /no alias such as "other"/],
  ])('%j is passed through to docker', async (aliases, line, reason) => {
    const user = await userWith({ aliases });
    const { outcome, explanation, stderr, realStderr } = await bothSides(line, user);
    expect(outcome.imageId).toBeUndefined();
    expect(explanation).toMatch(reason);
    expect(stderr).toBe(realStderr);
  });
});

describe("docker's config.json is found", () => {
  const line = 'build --builder mine --load -t TAG .';

  test('by --config', async () => {
    const { DOCKER_CONFIG, ...user } = await userWith({});
    const { explanation } = await bothSides(`--config '${DOCKER_CONFIG}' ${line}`, user);
    expect(explanation).toBe(built('--builder'));
  });

  test('and its proxies reach the steps, as build arguments', async () => {
    const step = 'RUN --network=none echo "proxies ($HTTP_PROXY) ($https_proxy) ($NO_PROXY)"';
    const cwd = projectOf({ Dockerfile: `${withShell}\n${step}\n` });
    const proxies = {
      default: { httpProxy: 'http://p:1', httpsProxy: 'http://s:2', noProxy: 'x' },
    };
    const user = await userWith({ proxies });
    for (const [flags, seen] of [
      ['', '(http://p:1) (http://s:2) (x)'],
      ['--build-arg HTTP_PROXY=mine --build-arg HTTPS_PROXY=', '(mine) () (x)'],
    ]) {
      const words = `build --builder mine --load --no-cache --progress=plain ${flags} .`;
      for (const side of ['real', 'shim'] as const) {
        const env = { ...user, PATH: sides.paths[side] };
        const { stderr } = await outcomeOf({ line: words }, { cwd, env });
        expect(stderr).toContain(`proxies ${seen}`);
      }
    }
  });
});

describe('the image ends in the daemon', () => {
  let contextOnly: Record<string, string>;
  beforeAll(async () => {
    const { DOCKER_HOST, BUILDX_BUILDER: _, ...env } = sides.env;
    contextOnly = env as Record<string, string>;
    const create = ['context', 'create', 'far', '--docker', `host=${DOCKER_HOST}`];
    await outputOf(runDocker(create, { env: { ...contextOnly, DOCKER_HOST: '' } }));
  });

  test.each(['--context far', '--context=far', '-c far', '-H "$HOST"'])(
    'that docker gets by flag: docker %s build',
    async (flags) => {
      const line = `${flags} build --builder shared --load -t TAG .`;
      const user = { ...contextOnly, HOST: sides.env.DOCKER_HOST ?? '' };
      const { outcome, explanation } = await bothSides(line, user);
      expect(outcome.imageId).toMatch(/^sha256:/);
      expect(explanation).toBe('warmdock: building on builder "shared" (by --builder)');
    },
  );

  test('that two sessions share, and each gets its own, also under one name', async () => {
    const { host } = useTestbed().classic;
    const tag = newTag(host);
    const env = { ...sides.env, PATH: sides.paths.shim };
    const sessions = Array.from({ length: 4 }, async () => {
      const own = randomBytes(8).toString('hex');
      const cwd = projectOf({ Dockerfile: `FROM scratch\nCOPY own /own\nLABEL own=${own}\n`, own });
      const { outcome } = await outcomeOf({ line: `build -q -t ${tag} .` }, { cwd, env });
      return { own, id: outcome.stdout.trim() };
    });
    const images = await Promise.all(sessions);
    for (const { own, id } of images) {
      const label = ['image', 'inspect', '--format', '{{.Config.Labels.own}}', id];
      expect(await outputOf(runDocker(label, { host }))).toBe(`${own}\n`);
    }
    expect(images.map(({ id }) => id)).toContain(await imageIdOf(host, tag));
    const ids = images.map(({ id }) => id);
    await runDocker(['image', 'rm', '--force', ...ids], { host });
  });
});

test('metadata is as buildx writes it, whichever BuildKit built', async () => {
  const cwd = projectOf({ Dockerfile: dockerfile, file: 'file' });
  for (const [at, { address }] of useTestbed().buildkits.entries()) {
    const name = `builder${at}`;
    const create = ['buildx', 'create', '--name', name, '--driver', 'remote', address];
    await outputOf(runDocker(create, { env: sides.env }));
    for (const BUILDX_METADATA_PROVENANCE of ['min', 'max']) {
      const line = `build --builder ${name} --load -t TAG --metadata-file OUT/metadata .`;
      const user = { ...sides.env, BUILDX_METADATA_PROVENANCE };
      const { outcome, explanation } = await bothSides(line, user, cwd);
      expect(explanation).toContain(`"${name}"`);
      const metadata = Object.fromEntries(outcome.files.metadata as [string, unknown][]);
      expect(metadata).toMatchObject({
        'buildx.build.provenance': { buildType: 'https://mobyproject.org/buildkit@v1' },
        'buildx.build.ref': `${name}/${name}0/REF`,
      });
    }
  }
}, 60_000);
