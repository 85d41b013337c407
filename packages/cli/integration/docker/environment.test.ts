import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { imageIdOf, runCommand, runDocker } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag, projectOf } from '../support/project.js';
import { makeReadOnly, smallDisk } from '../support/small-disk.js';
import { type DockerAndShim, dockerAndShimOfTest, type Side } from './docker-and-shim.js';

/** Builds quietly through the shim; all that the user sees has to be the ID of the image. */
async function expectBuilt(
  { paths, host }: DockerAndShim,
  env: Record<string, string>,
  context = layeredProject(),
): Promise<void> {
  const tag = newTag(host);
  const words = ['docker', 'build', '--load', '--quiet', '--tag', tag, context];
  const options = { cwd: '/', env: { ...env, PATH: paths.shim } };
  for (const _round of ['first', 'unchanged']) {
    const ended = await runCommand(['/usr/bin/env', ...words], options);
    const id = await imageIdOf(host, tag);
    expect(ended).toEqual({ exitCode: 0, stdout: `${id}\n`, stderr: '' });
  }
  const explained = { ...options, env: { ...options.env, WARMDOCK: 'explain' } };
  const { stderr } = await runCommand(['/usr/bin/env', ...words], explained);
  expect(stderr).toMatch(/^warmdock: building on builder "shared"/);
}

const without = (env: Readonly<Record<string, string>>, ...names: string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

describe('the shim builds', () => {
  test('without HOME', async () => {
    const sides = await dockerAndShimOfTest();
    await expectBuilt(sides, without(sides.env, 'HOME'));
  });

  test('with a home that does not exist, and does not afterwards', async () => {
    const sides = await dockerAndShimOfTest();
    const home = join(sides.home, 'absent');
    await expectBuilt(sides, { ...sides.env, HOME: home });
    expect(existsSync(home)).toBe(false);
  });

  // In /proc a folder is absent whose parent is there, too, however often one tries.
  test.each(['', '/dev/null', '/proc/nonexistent'])('with HOME=%s', async (home) => {
    const sides = await dockerAndShimOfTest();
    await expectBuilt(sides, { ...sides.env, HOME: home });
  });

  test('with a home that is read-only, and the configuration of docker in it', async () => {
    const sides = await dockerAndShimOfTest();
    const home = smallDisk('8m');
    cpSync(sides.env.DOCKER_CONFIG ?? '', join(home, '.docker'), { recursive: true });
    makeReadOnly(home);
    await expectBuilt(sides, { ...without(sides.env, 'DOCKER_CONFIG'), HOME: home });
    expect(readdirSync(home)).toEqual(['.docker']);
  });

  test('with the home of another user, in which it makes nothing', async () => {
    const sides = await dockerAndShimOfTest();
    const home = join(sides.home, 'another');
    mkdirSync(home);
    chownSync(home, 12345, 12345);
    await expectBuilt(sides, { ...sides.env, HOME: home });
    expect(readdirSync(home)).toEqual([]);
  });

  test('with a home on a full disk', async () => {
    const sides = await dockerAndShimOfTest();
    const home = smallDisk('64k');
    expect(() => writeFileSync(join(home, 'all'), Buffer.alloc(1_000_000))).toThrow('ENOSPC');
    await expectBuilt(sides, { ...sides.env, HOME: home });
  });

  test('in the locale C, with names that are not ASCII', async () => {
    const sides = await dockerAndShimOfTest();
    // Buildx itself fails when the last name of the path is not ASCII.
    const folder = join(projectOf({}), 'ä ö', '日本', 'context');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'Dockerfile ß'), 'FROM scratch\nCOPY ["é à", "/ñ"]\nLABEL ü=ö\n');
    writeFileSync(join(folder, 'é à'), 'content');
    const ids: Record<string, string> = {};
    for (const side of ['real', 'shim'] as Side[]) {
      const tag = newTag(sides.host);
      const words = ['-f', join(folder, 'Dockerfile ß'), '--build-arg', 'x=ü', '-t', tag, folder];
      const { exitCode, stderr } = await runCommand(
        ['/usr/bin/env', 'docker', 'build', '--load', ...words],
        {
          env: {
            ...sides.env,
            LC_ALL: 'C',
            LANG: 'C',
            WARMDOCK: 'explain',
            PATH: sides.paths[side],
          },
        },
      );
      expect(exitCode, stderr).toBe(0);
      if (side === 'shim') expect(stderr).toContain('warmdock: building on');
      ids[side] = (await imageIdOf(sides.host, tag)) ?? 'none';
    }
    expect(ids.shim).toBe(ids.real);
    const format = '{{json .Config.Labels}}';
    const labels = await runDocker(['image', 'inspect', '--format', format, ids.shim ?? ''], {
      host: sides.host,
    });
    expect(JSON.parse(labels.stdout)).toEqual({ ü: 'ö' });
  });

  test('from a PATH with spaces and other oddities in it', async () => {
    const sides = await dockerAndShimOfTest();
    const odd = join(sides.home, `a b * $HOME 'q' "r"`);
    mkdirSync(odd);
    for (const side of ['real', 'shim']) renameSync(join(sides.home, side), join(odd, side));
    const path = sides.paths.shim.replaceAll(`${sides.home}/`, `${odd}/`);
    await expectBuilt({ ...sides, paths: { ...sides.paths, shim: path } }, sides.env);
  });
});
