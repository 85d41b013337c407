import { randomBytes } from 'node:crypto';
import {
  containerDriver,
  loadBuildkitImage,
  outputOf,
  removeImages,
  runCommand,
  runDocker,
  useTestbed,
} from '@warmdock/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { projectOf } from '../support/project.js';
import { runWarmdock } from '../support/warmdock.js';
import { useDockerAndShim } from './docker-and-shim.js';
import { outcomeOf } from './outcome.js';

const sides = useDockerAndShim();
const { classic: daemon, builder } = useTestbed();
const container = 'buildx_buildkit_own0';
const dockerfile = 'FROM scratch\nCOPY file /file\n';
const docker = (...words: string[]) => runDocker(words, { host: daemon.host });

let user: Record<string, string>;
beforeAll(async () => {
  await loadBuildkitImage(daemon);
  const { BUILDX_BUILDER: _, ...env } = sides.env;
  user = env as Record<string, string>;
  const create = [
    'buildx',
    'create',
    '--name',
    'own',
    ...containerDriver(builder.address),
    '--use',
  ];
  await outputOf(runDocker(create, { env: user }));
});
afterAll(async () => {
  await docker('rm', '--force', '--volumes', container);
  await docker('volume', 'rm', `${container}_state`);
  await removeImages(daemon.host, 'buildkit:testkit');
});

const place = (cwd = projectOf({ Dockerfile: dockerfile, file: randomBytes(9) })) => ({
  cwd,
  env: { ...user, PATH: sides.paths.shim, WARMDOCK: 'explain' },
});

const load = { line: 'buildx build --load --progress plain -t TAG .' };

test.each([
  ['is not there', ['rm', '--force'], /creating container/],
  ['does not run', ['stop'], /starting container/],
])('a builder whose container %s is booted, and reported as by buildx', async (_, words, step) => {
  await docker(...words, container);
  const { outcome, stderr } = await outcomeOf(load, place());
  expect(outcome, stderr).toMatchObject({ exitCode: 0, imageId: expect.any(String) });
  expect(stderr).toMatch(/^warmdock: building on builder "own" \(by docker buildx use\)$/m);
  expect(stderr).toMatch(/^#0 building with "own" instance using docker-container driver$/m);
  expect(stderr).toMatch(/^#1 \[internal\] booting buildkit$/m);
  expect(stderr).toMatch(step);
  expect(stderr).toMatch(/^#1 DONE/m);
});

test('what it builds is what docker builds with it, and loads', async () => {
  const { cwd, env } = place();
  const shim = await outcomeOf(load, { cwd, env });
  const real = await outcomeOf(load, { cwd, env: { ...user, PATH: sides.paths.real } });
  expect(shim.outcome).toEqual(real.outcome);
  expect(shim.stderr).not.toContain('booting');
});

test('several builds at once boot it once, and all are built', async () => {
  await docker('rm', '--force', container);
  const builds = Array.from({ length: 3 }, () => outcomeOf(load, place()));
  for (const { outcome, stderr } of await Promise.all(builds))
    expect(outcome, stderr).toMatchObject({ exitCode: 0, imageId: expect.any(String) });
});

test('compose and bake build with it, and boot it', async () => {
  const name = `own-${randomBytes(5).toString('hex')}`;
  onTestFinished(() => removeImages(daemon.host, name));
  const services = { web: { build: '.', image: `${name}-web` }, db: { build: '.' } };
  const cwd = projectOf({
    Dockerfile: dockerfile,
    file: randomBytes(9),
    'compose.yaml': JSON.stringify({ name, services }),
  });
  for (const [line, side] of [
    ['docker compose --progress plain build', 'stdout'],
    ['docker buildx bake --load --progress plain', 'stderr'],
  ] as const) {
    await docker('stop', container);
    const ran = await runCommand(['/bin/sh', '-c', line], { cwd, env: place(cwd).env });
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    expect(ran.stderr).toContain('warmdock: building on builder "own" (by docker buildx use)');
    expect(ran[side]).toContain('[internal] booting buildkit');
    expect(ran[side].match(/booting buildkit/g)).toHaveLength(1);
  }
});

test('`warmdock build` finds it as buildx does, boots it, and knows it by its address', async () => {
  await docker('rm', '--force', container);
  const tag = `own-${randomBytes(5).toString('hex')}`;
  onTestFinished(() => removeImages(daemon.host, tag));
  const { cwd, env } = place();
  for (const flags of [[], ['--builder', `docker-container://${container}`]]) {
    const words = ['build', ...flags, '-t', tag, cwd];
    expect(await runWarmdock(words, { env: { ...env, PATH: sides.paths.real } })).toMatchObject({
      exitCode: 0,
    });
  }
});

test('a boot that fails is reported in the words of buildx', async () => {
  const driver = ['--driver', 'docker-container', '--driver-opt', 'image=127.0.0.1:1/nothing:x'];
  await outputOf(runDocker(['buildx', 'create', '--name', 'bad', ...driver], { env: user }));
  const line = 'buildx build --builder bad --load -t TAG .';
  const { outcome, stderr } = await outcomeOf({ line }, place());
  expect(outcome).toMatchObject({ exitCode: 1, imageId: undefined });
  expect(stderr).toMatch(/booting builder "bad" failed: .*127\.0\.0\.1:1\/nothing/s);
});

test('doctor reports where it is, and that the first build boots it', async () => {
  const doctor = async () => {
    const { stdout } = await runWarmdock(['doctor', '--json'], {
      env: { ...user, PATH: sides.paths.real },
    });
    const { findings } = JSON.parse(stdout) as {
      findings: { about: string; level: string; text: string }[];
    };
    return (about: string) => findings.find((each) => each.about === about);
  };
  const running = await doctor();
  expect(running('builder')?.text).toBe(
    `own, container ${container} in the daemon at ${daemon.host} (by docker buildx use)`,
  );
  expect(running('layers')?.level).toBe('ok');
  await docker('stop', container);
  expect((await doctor())('BuildKit')).toMatchObject({
    level: 'warning',
    text: expect.stringContaining('the first build boots it'),
  });
});
