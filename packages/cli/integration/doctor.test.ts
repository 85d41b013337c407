import { dirname, join } from 'node:path';
import { outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/project.js';
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

test('the rule that chose the builder is told, and what chooses none', async () => {
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
