import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runDocker, startFaultProxy, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { imageIdOf, newTag, projectOf, temporaryFolder, withShell } from '../support/project.js';
import { printed, programs, shim, startShim } from '../support/shim.js';
import { outcomeOf } from './outcome.js';
import { useSides } from './sides.js';

const sides = useSides();
const files = {
  Dockerfile: 'FROM scratch\nARG WHO\nLABEL who=$WHO\nCOPY file /file\n',
  file: 'file',
};
const line = 'build -q --load -t TAG --build-arg WHO=ä --iidfile OUT/iid .';

const withShim = (): Record<string, string> => ({ ...sides.env, PATH: sides.paths.shim });

/** Mounts an empty file system over the home of the shim that comes next, and does something there. */
const homeOf = (options: string, fill = ':') =>
  programs({
    docker: `exec unshare --mount sh -ec 'mount -t tmpfs -o ${options} none "$HOME"; ${fill}
      exec "$SHIM" "$@"' docker "$@"`,
  });

describe('a build by the shim is that of docker', () => {
  test.each<[where: string, env: () => Record<string, string>]>([
    ['in the locale C', () => ({ ...withShim(), LC_ALL: 'C', LANG: 'C' })],
    [
      'without a home',
      () => {
        const { HOME: _, ...env } = withShim();
        return env as Record<string, string>;
      },
    ],
    [
      'with a home that is not there',
      () => ({ ...withShim(), HOME: join(temporaryFolder(), 'new/home') }),
    ],
    [
      'with a home that cannot be written to',
      () => ({ ...withShim(), SHIM: shim, PATH: `${homeOf('ro')}:${sides.paths.real}` }),
    ],
    [
      'on a full disk',
      () => ({
        ...withShim(),
        SHIM: shim,
        PATH: `${homeOf('size=4k', 'dd if=/dev/zero of="$HOME/full" 2>/dev/null || :')}:${sides.paths.real}`,
      }),
    ],
    [
      'with a shim in a folder with spaces',
      () => {
        const folder = join(temporaryFolder(), 'a b  c');
        mkdirSync(folder);
        symlinkSync(shim, join(folder, 'docker'));
        return { ...withShim(), PATH: `${folder}:${sides.paths.real}` };
      },
    ],
  ])('%s', async (_where, env) => {
    const cwd = projectOf(files);
    const real = await outcomeOf({ line }, { cwd, env: { ...sides.env, PATH: sides.paths.real } });
    const { outcome, stderr } = await outcomeOf({ line }, { cwd, env: env() });
    expect(outcome, stderr).toEqual(real.outcome);
    const explained = await outcomeOf({ line }, { cwd, env: { ...env(), WARMDOCK: 'explain' } });
    expect(explained.stderr).toMatch(/^warmdock: building on builder "shared"/);
  });
});

test('30 shims at once build what each was given', async () => {
  const { host } = useTestbed().classic;
  const builds = Array.from({ length: 30 }, async (_, at) => {
    const cwd = projectOf({
      Dockerfile: `FROM scratch\nCOPY own /own\nLABEL own=${at}\n`,
      own: `${at}`,
    });
    const tag = newTag(host);
    const { outcome, stderr } = await outcomeOf(
      { line: `build -q -t ${tag} .` },
      { cwd, env: withShim() },
    );
    expect(outcome.exitCode, stderr).toBe(0);
    expect(await imageIdOf(host, tag)).toBe(outcome.stdout.trim());
    const label = ['image', 'inspect', '--format', '{{.Config.Labels.own}}', tag];
    expect(await outputOf(runDocker(label, { host }))).toBe(`${at}\n`);
    return outcome.stdout;
  });
  expect(new Set(await Promise.all(builds)).size).toBe(30);
}, 120_000);

test('a builder that dies during a step ends the build with an error, and nobody builds locally', async () => {
  const { buildkits, classic } = useTestbed();
  const { hostname: host, port } = new URL(buildkits[0]?.address ?? '');
  const proxy = await startFaultProxy({ target: { host, port: Number(port) } });
  const create = ['buildx', 'create', '--name', 'dying', '--driver', 'remote', proxy.address];
  await outputOf(runDocker(create, { env: sides.env }));
  const cwd = projectOf({
    Dockerfile: `${withShell}\nRUN --network=none echo begun-$((6 * 7)); busybox sleep 20\n`,
  });
  const tag = newTag(classic.host);
  const build = `exec docker build --builder dying --progress=plain -t ${tag} . 2>&1`;
  const env = { ...sides.env, WARMDOCK: 'explain' };
  const run = startShim(['-c', build], { program: 'sh', path: sides.paths.shim, env, cwd });
  await printed(run, 'begun-42');
  await proxy[Symbol.asyncDispose]();
  const { exitCode, stdout } = await run.ended;
  expect(stdout.toString()).toMatch(/ERROR: .*(builder|session)/);
  expect(stdout.toString()).not.toContain('left to docker');
  expect(exitCode).toBe(1);
  expect(await imageIdOf(classic.host, tag)).toBeUndefined();
});
