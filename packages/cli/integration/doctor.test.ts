import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDockerConfig, outputOf, runDocker, startEngine, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './support/project.js';
import { systemPath } from './support/shim.js';
import { smallDisk } from './support/small-disk.js';
import { runWarmdock } from './support/warmdock.js';

interface Findings {
  readonly ok: boolean;
  readonly findings: { about: string; level: string; text: string; fix?: string }[];
}

async function doctor(args: readonly string[], host: string, env: Record<string, string> = {}) {
  const { clients } = useTestbed();
  const { exitCode, stdout, stderr } = await runWarmdock(['doctor', '--json', ...args], {
    host,
    env: {
      PATH: `${dirname(clients.docker)}:${process.env.PATH}`,
      DOCKER_CONFIG: clients.configDir,
      ...env,
    },
  });
  expect(stderr).toBe('');
  const { ok, findings } = JSON.parse(stdout) as Findings;
  return {
    exitCode,
    ok,
    finding: (about: string) => findings.find((each) => each.about === about),
  };
}

const engines = ['classic', 'containerd'] as const;

test.each(engines)('a builder and a daemon with the %s store are fine', async (store) => {
  const { buildkits, [store]: engine } = useTestbed();
  for (const { address } of buildkits) {
    const { exitCode, ok, finding } = await doctor(['--builder', address], engine.host);
    expect({ exitCode, ok }).toEqual({ exitCode: 0, ok: true });
    expect(finding('builder')?.text).toBe(`${address} (by --builder)`);
    expect(finding('layers')?.level).toBe('ok');
    expect(finding('attributes')?.text).toMatch(/are sent, as @napi-rs\/xattr is installed/);
    expect(finding('daemon')?.text).toMatch(new RegExp(`, ${store} store \\(.+, API 1\\.\\d+, `));
    expect(finding('thin load')?.text).toMatch(/takes only missing layers/);
  }
});

test.each(engines)('a thin load is tried in the %s store, and nothing stays', async (store) => {
  const { builder, [store]: engine } = useTestbed();
  const images = async () => {
    const args = ['images', '--all', '--quiet', '--no-trunc'];
    return (await outputOf(runDocker(args, { host: engine.host }))).split('\n').sort();
  };
  const before = await images();
  const { finding } = await doctor(['--try', '--builder', builder.address], engine.host);
  expect(finding('thin load')).toMatchObject({
    level: 'ok',
    text: 'works here: 1 of 2 layers loaded',
  });
  expect(await images()).toEqual(before);
});

test('a daemon that builds itself needs no load', async () => {
  const { builder } = useTestbed();
  for (const flags of [[], ['--try']]) {
    const { exitCode, finding } = await doctor(flags, builder.host);
    expect(exitCode).toBe(0);
    expect(finding('builder')?.text).toMatch(/\(by the docker context, nothing else is chosen\)$/);
    expect(finding('thin load')?.text).toBe('not needed: the daemon is the builder');
  }
});

test('the rule that chose the builder is reported, and what chooses none', async () => {
  const { builder } = useTestbed();
  const env = { BUILDX_BUILDER: 'default', BUILDKIT_HOST: 'tcp://h:1' };
  const { finding } = await doctor([], builder.host, env);
  expect(finding('builder')?.text).toMatch(/\(by BUILDX_BUILDER\)$/);
  expect(finding('BUILDKIT_HOST')).toMatchObject({ level: 'warning', fix: expect.anything() });
});

test('what cannot be reached is a problem with a fix', async () => {
  const host = `unix://${join(temporaryFolder(), 'docker.sock')}`;
  const { exitCode, ok, finding } = await doctor(['--builder', 'tcp://127.0.0.1:1'], host);
  expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false });
  for (const about of ['builder', 'daemon']) {
    expect(finding(about)).toMatchObject({ level: 'problem', fix: expect.stringMatching(/\w/) });
  }
});

test('a file of authorities that cannot be read is a problem', async () => {
  const { builder } = useTestbed();
  const env = { NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem' };
  const { exitCode, finding } = await doctor([], builder.host, env);
  expect(exitCode).toBe(1);
  expect(finding('NODE_EXTRA_CA_CERTS')?.level).toBe('problem');
});

describe('broken set-ups', () => {
  interface Machine {
    readonly env?: Readonly<Record<string, string>>;
    /** PATH, of which `bin` is the shim's folder. */
    readonly path?: (bin: string) => readonly string[];
  }

  const [docker, systems] = [dirname(useTestbed().clients.docker), systemPath];

  /** One whose builds come to a remote builder by way of the shim, and what doctor says of it. */
  async function machine({ env: more = {}, path = (bin) => [bin, docker, systems] }: Machine = {}) {
    const { classic, builder } = useTestbed();
    const home = temporaryFolder();
    const bin = join(home, 'bin');
    const DOCKER_CONFIG = await makeDockerConfig(join(home, 'config'));
    const create = ['buildx', 'create', '--name', 'far', '--driver', 'remote', builder.address];
    await outputOf(runDocker(create, { env: { DOCKER_CONFIG } }));
    const PATH = path(bin).join(':');
    const env = { HOME: home, DOCKER_CONFIG, BUILDX_BUILDER: 'far', PATH, ...more };
    const install = ['shim', 'install', '--dir', bin];
    expect(await runWarmdock(install, { env })).toMatchObject({ exitCode: 0 });
    return { bin, DOCKER_CONFIG, asked: (host = classic.host) => doctor([], host, env) };
  }

  test('none: all is reported, and all works', async () => {
    const { asked, bin } = await machine();
    const { exitCode, finding } = await asked();
    expect(exitCode).toBe(0);
    expect(finding('shim')?.text).toBe(`${join(bin, 'docker')}, first in PATH`);
    expect(finding('docker build')?.text).toBe(
      'warmdock builds on builder "far" (by BUILDX_BUILDER)',
    );
    expect(finding('compose')?.text).toMatch(/^2\.\d+/);
    expect(finding('daemon disk')).toEqual({
      about: 'daemon disk',
      level: 'ok',
      text: 'unknown: it cannot be seen from here',
    });
  });

  test('no docker command', async () => {
    const programs = temporaryFolder();
    for (const name of ['node', 'readlink'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
    const behind = await (await machine({ path: (bin) => [bin, programs] })).asked();
    const { exitCode, finding } = behind;
    expect({ exitCode, docker: finding('docker')?.level }).toEqual({
      exitCode: 1,
      docker: 'problem',
    });
    const alone = await doctor([], useTestbed().builder.host, { PATH: programs });
    // Builds of warmdock's own need none.
    expect(alone.finding('docker')?.level).toBe('warning');
    expect(alone.exitCode).toBe(0);
  });

  test('the daemon is down', async () => {
    const { asked } = await machine();
    const { exitCode, finding } = await asked(`unix://${temporaryFolder()}/docker.sock`);
    expect({ exitCode, daemon: finding('daemon')?.level }).toEqual({
      exitCode: 1,
      daemon: 'problem',
    });
    expect(finding('builder')?.level).toBe('ok');
  });

  test('the builder cannot be reached', async () => {
    const { asked, DOCKER_CONFIG } = await machine({ env: { BUILDX_BUILDER: 'gone' } });
    const create = [
      'buildx',
      'create',
      '--name',
      'gone',
      '--driver',
      'remote',
      'tcp://127.0.0.1:1',
    ];
    await outputOf(runDocker(create, { env: { DOCKER_CONFIG } }));
    const { exitCode, finding } = await asked();
    expect({ exitCode, builder: finding('builder')?.level }).toEqual({
      exitCode: 1,
      builder: 'problem',
    });
    expect(finding('daemon')?.level).toBe('ok');
  });

  test('the disk of the state is full: slower, and no failure', async () => {
    const { asked } = await machine({ env: { XDG_STATE_HOME: smallDisk('64k') } });
    const { exitCode, finding } = await asked();
    expect({ exitCode, state: finding('state')?.level }).toEqual({ exitCode: 0, state: 'warning' });
    expect(finding('state')?.text).toContain('its disk is full, 0 MB free');
  });

  test('another docker comes before the shim', async () => {
    const { asked } = await machine({ path: (bin) => [docker, bin, systems] });
    const { exitCode, finding } = await asked();
    expect({ exitCode, shim: finding('shim')?.level }).toEqual({ exitCode: 1, shim: 'problem' });
    expect(finding('docker build')).toBeUndefined();
  });

  test('the shim lost its run bit', async () => {
    const { asked, bin } = await machine();
    const shim = join(bin, 'docker');
    const text = readFileSync(shim);
    rmSync(shim);
    writeFileSync(shim, text, { mode: 0o644 });
    const { exitCode, finding } = await asked();
    expect({ exitCode, shim: finding('shim')?.level }).toEqual({ exitCode: 1, shim: 'problem' });
    expect(finding('shim')?.fix).toBe(`warmdock shim install --dir ${bin}`);
  });
});

test('the disk of a daemon that runs here is looked at', async () => {
  const dataRoot = join(smallDisk('300m'), 'data');
  mkdirSync(dataRoot);
  await using engine = await startEngine({ store: 'classic', dataRoot });
  const { finding } = await doctor(['--builder', useTestbed().builder.address], engine.host);
  expect(finding('daemon disk')).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(new RegExp(`^\\d+ MB free in ${dataRoot}$`)),
  });
});

test('people read a line for each finding, and one for each fix', async () => {
  const { exitCode, stdout } = await runWarmdock(['doctor', '--builder', 'tcp://127.0.0.1:1'], {
    host: 'unix:///nonexistent.sock',
  });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^(?:(?:ok|warning|problem) +\S.*\n(?: {9}fix: .+\n)?)+$/);
});

test('bad flags are refused as docker does', async () => {
  expect(await runWarmdock(['doctor', '--unknown'])).toMatchObject({ exitCode: 125 });
  expect(await runWarmdock(['shim', 'install', '--unknown'])).toMatchObject({ exitCode: 125 });
});
