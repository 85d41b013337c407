import { readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { imageIdOf, layeredProject, newTag, temporaryFolder } from './support/project.js';
import { runShim, shim, systemPath } from './support/shim.js';
import { runWarmdock } from './support/warmdock.js';

const place = '.local/share/warmdock/bin/docker';

/** A home with the shim in it, first in PATH, and the testbed's docker behind it. */
async function installed() {
  const { clients, classic } = useTestbed();
  const home = temporaryFolder();
  const program = join(home, place);
  const PATH = [dirname(clients.docker), systemPath].join(':');
  const { stdout } = await runWarmdock(['shim', 'install'], { env: { HOME: home, PATH } });
  expect(stdout).toContain(`installed ${program}\ninstalled ${program}-compose\n`);
  const env = { HOME: home, DOCKER_HOST: classic.host, DOCKER_CONFIG: clients.configDir };
  const path = [dirname(program), dirname(clients.docker), systemPath].join(':');
  return { program, options: { program, env, path }, host: classic.host };
}

test('the real docker answers through the installed shim', async () => {
  const { program, options } = await installed();
  expect(readlinkSync(program)).toBe(shim);
  const { stdout } = await runShim(['version', '--format', '{{.Server.Version}}'], options);
  expect(stdout.toString()).toMatch(/^\d+\.\d+/);
  const compose = await runShim(['compose', 'version', '--short'], options);
  expect(compose.stdout.toString()).toMatch(/^\d+\.\d+/);
  const own = { ...options, program: `${program}-compose` };
  const version = await runShim(['version', '--short'], own);
  expect(version.stdout.toString()).toBe(compose.stdout.toString());
  expect(await runShim(['run', '--unknown'], options)).toMatchObject({ exitCode: 125 });
});

test('a build that is left to docker is built by docker', async () => {
  const { options, host } = await installed();
  const tag = newTag(host);
  const { exitCode } = await runShim(['build', '-t', tag, layeredProject()], options);
  expect(exitCode).toBe(0);
  expect(await imageIdOf(host, tag)).toBeDefined();
  expect(await runShim(['build', '/nonexistent'], options)).toMatchObject({ exitCode: 1 });
});

test('status tells what docker means, and uninstalling takes the shim away', async () => {
  const { program, options } = await installed();
  const env = { ...options.env, PATH: options.path };
  const status = async () =>
    JSON.parse((await runWarmdock(['shim', 'status', '--json'], { env })).stdout);
  const { clients } = useTestbed();
  expect(await status()).toEqual({
    ...{ path: program, installed: true, executable: true, active: true, first: program },
    ...{ realDocker: clients.docker, off: false, todo: [] },
    compose: { installed: true, executable: true, active: true, real: `${clients.docker}-compose` },
  });
  const removed = await runWarmdock(['shim', 'uninstall'], { env });
  expect(removed).toMatchObject({
    exitCode: 0,
    stdout: [
      `removed ${program}`,
      `removed ${program}-compose`,
      `take its line out of ~/.profile and open new shells: export PATH=${dirname(program)}:"$PATH"\n`,
    ].join('\n'),
  });
  expect(readdirSync(options.env.HOME)).toEqual([]);
  expect(await status()).toMatchObject({ installed: false, active: false });
});

test('a real docker is neither overwritten nor removed', async () => {
  const dir = dirname(useTestbed().clients.docker);
  for (const action of ['install', 'uninstall']) {
    expect(await runWarmdock(['shim', action, '--dir', dir])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^ERROR: .+ is not warmdock's shim\nHINT: /m),
    });
  }
});
