import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { launcher, temporaryFolder, writeProgram } from '../../docker/shim.testing.js';
import { installShim } from '../shim/install.js';
import { checkShim } from './check-shim.js';

let [real, folder, config, env]: [string, string, string, NodeJS.ProcessEnv] = ['', '', '', {}];
beforeEach(() => {
  [real, folder, config] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  writeProgram(join(real, 'docker'));
  env = { HOME: temporaryFolder(), DOCKER_CONFIG: config, PATH: `${folder}:${real}` };
});

function found(more: NodeJS.ProcessEnv = {}) {
  return Object.fromEntries(
    checkShim({ ...env, ...more }).map(({ about, level, text }) => [about, `${level}: ${text}`]),
  );
}

describe('a shim', () => {
  test('need not be there', () => {
    expect(found()).toEqual({ shim: "ok: not in use: `docker build` is docker's own" });
  });

  test('comes first', () => {
    const [path] = installShim({ launcher, folder });
    expect(found().shim).toBe(`ok: ${path}, first in PATH`);
  });

  test('may be switched off', () => {
    installShim({ launcher, folder });
    expect(found({ WARMDOCK: 'off' })).toEqual({
      shim: 'warning: WARMDOCK=off passes all builds through to docker',
    });
  });

  test('goes on where its switch has an unknown value, which is reported', () => {
    installShim({ launcher, folder });
    expect(found({ WARMDOCK: 'explian' })).toMatchObject({
      shim: expect.stringMatching(/^warning: .*explian/),
      'docker build': expect.anything(),
    });
  });

  test('behind another docker is a problem', () => {
    const [path] = installShim({ launcher, folder });
    const PATH = `${real}:${folder}`;
    expect(found({ PATH })).toEqual({
      shim: `problem: ${path} is not in use: \`docker\` is ${real}/docker`,
    });
  });

  test('whose folder is not in PATH is a problem', () => {
    const [path] = installShim({
      launcher,
      folder: join(env.HOME ?? '', '.local/share/warmdock/bin'),
    });
    expect(found({ PATH: real }).shim).toContain(`problem: ${path} is not in use`);
    expect(found({ PATH: '/nonexistent' }).shim).toContain('PATH has no docker');
  });

  test('without its run bit is a problem', () => {
    const [path = ''] = installShim({ launcher, folder, link: copyFileSync });
    chmodSync(path, 0o644);
    expect(found().shim).toMatch(/^problem: .* cannot be run/);
    expect(checkShim(env)[0]).toMatchObject({ fix: `warmdock shim install --dir ${folder}` });
  });
});

describe('of each way to build it is reported where it goes', () => {
  function makeBuilder(name: string, driver = 'remote') {
    mkdirSync(join(config, 'buildx/instances'), { recursive: true });
    const Nodes = [{ Name: `${name}0`, Endpoint: `tcp://${name}:1` }];
    const builder = { Name: name, Driver: driver, Nodes };
    writeFileSync(join(config, 'buildx/instances', name), JSON.stringify(builder));
  }
  const use = (Name: string) =>
    writeFileSync(
      join(config, 'buildx/current'),
      JSON.stringify({ Key: 'unix:///var/run/docker.sock', Name }),
    );
  beforeEach(() => void installShim({ launcher, folder }));

  const builds = (rule: string) => `ok: warmdock builds on builder "far" (by ${rule})`;
  const stays = 'ok: passed through to docker: without --load the result stays in builder "far"';

  test('a builder that docker buildx use chose is none for docker build', () => {
    makeBuilder('far');
    use('far');
    const { shim, ...commands } = found();
    expect(commands).toEqual({
      'docker build': expect.stringMatching(
        /^warning: passed through to docker: docker build uses the daemon itself unless BUILDX_BUILDER names a builder; .* builder "far"/,
      ),
      'docker buildx build': stays,
      'docker compose build': builds('docker buildx use'),
      'docker compose up': builds('docker buildx use'),
      'docker buildx bake': builds('docker buildx use'),
    });
    const fix = checkShim(env).find(({ about }) => about === 'docker build');
    expect(fix).toMatchObject({ fix: 'export BUILDX_BUILDER=far' });
  });

  test('one that BUILDX_BUILDER names is one for all', () => {
    makeBuilder('far');
    const { shim, ...commands } = found({ BUILDX_BUILDER: 'far' });
    expect(commands).toEqual({
      'docker build': builds('BUILDX_BUILDER'),
      'docker buildx build': stays,
      'docker compose build': builds('BUILDX_BUILDER'),
      'docker compose up': builds('BUILDX_BUILDER'),
      'docker buildx bake': builds('BUILDX_BUILDER'),
    });
  });

  test("an alias makes docker build one of buildx's", () => {
    makeBuilder('far');
    use('far');
    writeFileSync(join(config, 'config.json'), JSON.stringify({ aliases: { builder: 'buildx' } }));
    expect(found()['docker build']).toBe(stays);
  });

  test('what docker is to refuse, and the daemon itself, are reported as well', () => {
    makeBuilder('far', 'kubernetes');
    expect(found()['docker buildx bake']).toMatch(
      /^ok: passed through to docker: .* daemon's own BuildKit$/,
    );
    const named = found({ BUILDX_BUILDER: 'far' });
    expect(named['docker build']).toMatch(/^ok: passed through to docker: .*kubernetes/);
    expect(found({ BUILDX_BUILDER: 'nobody' })['docker build']).toMatch(
      /passed through to docker: .*"nobody"/,
    );
    expect(found({ DOCKER_BUILDKIT: '0' })['docker build']).toMatch(/legacy builder/);
  });
});
