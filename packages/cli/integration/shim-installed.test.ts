import {
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { imageIdOf, oldNode, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag, temporaryFolder } from './support/project.js';
import { configWithBuilder, programs, runShim, shim, systemPath } from './support/shim.js';
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

test('a build that is passed through to docker is built by docker', async () => {
  const { options, host } = await installed();
  const tag = newTag(host);
  const { exitCode } = await runShim(['build', '-t', tag, layeredProject()], options);
  expect(exitCode).toBe(0);
  expect(await imageIdOf(host, tag)).toBeDefined();
  expect(await runShim(['build', '/nonexistent'], options)).toMatchObject({ exitCode: 1 });
});

test('status shows what docker means, and uninstalling takes the shim away', async () => {
  const { program, options } = await installed();
  const env = { ...options.env, PATH: options.path };
  const status = async () =>
    JSON.parse((await runWarmdock(['shim', 'status', '--json'], { env })).stdout);
  const { clients } = useTestbed();
  expect(await status()).toEqual({
    ...{ path: program, installed: true, executable: true, active: true, first: program },
    ...{ realDocker: clients.docker, off: false, todo: [] },
    node: { path: process.execPath, recorded: true, version: process.versions.node },
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

describe('where a project puts an old node before all others', () => {
  /** The installed shim in front of a docker of its own, and of an old node. */
  async function withOldNode() {
    const home = temporaryFolder();
    const program = join(home, place);
    const folders = [dirname(program), dirname(oldNode()), programs({ docker: 'echo docker' })];
    const path = [...folders, systemPath].join(':');
    const install = () => runWarmdock(['shim', 'install'], { env: { HOME: home } });
    expect(await install()).toMatchObject({ exitCode: 0 });
    const asking = { BUILDX_BUILDER: 'other', DOCKER_CONFIG: configWithBuilder() };
    const env = { HOME: home, WARMDOCK: 'explain', ...asking };
    const record = join(dirname(program), '.warmdock-node');
    return {
      program,
      record,
      build: () => runShim(['build', '.'], { program, path, env }),
      env,
      path,
    };
  }
  const answered = /^warmdock: no builder "other" found .*, passed through to docker\n$/;

  test('the shim runs on the one that it was installed with', async () => {
    const { record, build } = await withOldNode();
    expect(readFileSync(record, 'utf8')).toBe(`${process.execPath}\n`);
    const { stdout, stderr } = await build();
    expect(stdout.toString()).toBe('docker\n');
    expect(stderr).toMatch(answered);
  });

  test('and falls back to PATH with a notice when that is gone', async () => {
    const { record, build } = await withOldNode();
    writeFileSync(record, '/gone/node\n');
    const { stdout, stderr } = await build();
    expect(stdout.toString()).toBe('docker\n');
    const [gone, tooOld, end] = stderr.split('\n');
    expect(gone).toMatch(/^NOTICE: .* \/gone\/node is gone, .*: warmdock shim install$/);
    expect(tooOld).toMatch(
      /^NOTICE: warmdock needs Node 20\.19 or newer, \S+ is 14\.21\.3; passed through to /,
    );
    expect(end).toBe('');
  });

  test('status and doctor run on that one, and report it', async () => {
    const { env, path, program } = await withOldNode();
    const own = { env: { ...env, PATH: path } };
    const status = await runWarmdock(['shim', 'status'], own);
    expect(status).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(
        `node         ${process.execPath} ${process.versions.node}\n`,
      ),
      stderr: expect.stringMatching(/^warmdock: needs Node 20\.19 or newer, \S+ is 14\.21\.3\n$/),
    });
    const doctor = await runWarmdock(['doctor'], own);
    expect(doctor.stdout).toMatch(/^ok +node +\S+ \d+\.\d+\.\d+, recorded by the shim$/m);
    const { stdout } = await runWarmdock(['shim', 'uninstall'], own);
    expect(stdout).toContain(`removed ${program}\n`);
    expect(existsSync(dirname(program))).toBe(false);
    expect(await runWarmdock(['shim', 'status'], own)).toMatchObject({ exitCode: 1, stdout: '' });
  });

  test('status and doctor say what to do about a record of no use', async () => {
    const { env, record, program } = await withOldNode();
    const PATH = [dirname(program), programs({ docker: 'echo version 28.0.0' }), systemPath].join(
      ':',
    );
    const own = { env: { ...env, PATH } };
    const both = async () => {
      const status = await runWarmdock(['shim', 'status', '--json'], own);
      const doctor = await runWarmdock(['doctor', '--json'], own);
      const { findings } = JSON.parse(doctor.stdout);
      const finding = findings.find(({ about }: { about: string }) => about === 'node');
      return { todo: JSON.parse(status.stdout).todo, finding };
    };
    for (const [node, level, text] of [
      [oldNode(), 'problem', /is Node 14\.21\.3, older than 20\.19/],
      ['/gone/node', 'warning', /^\/gone\/node is gone/],
      [join(programs({ node: 'exit 1' }), 'node'), 'problem', /does not run$/],
    ] as const) {
      writeFileSync(record, `${node}\n`);
      const { todo, finding } = await both();
      expect(finding).toMatchObject({
        level,
        text: expect.stringMatching(text),
        fix: expect.stringMatching(/: warmdock shim install$/),
      });
      expect(todo).toContainEqual(expect.stringContaining('warmdock shim install'));
    }
  });
});

test('a home of another user stays as it is', async () => {
  const home = temporaryFolder();
  chownSync(home, 12345, 12345);
  const env = { HOME: home };
  // Compiled code of it is kept.
  expect(await runWarmdock(['golden', '--help'], { env })).toMatchObject({ exitCode: 0 });
  const status = await runWarmdock(['shim', 'status', '--json'], { env });
  expect(JSON.parse(status.stdout).path).toBe(join(userInfo().homedir, place));
  expect(readdirSync(home)).toEqual([]);
  // The very same is done in a home of one's own.
  const own = temporaryFolder();
  await runWarmdock(['golden', '--help'], { env: { HOME: own } });
  expect(readdirSync(own)).toEqual(['.cache']);
});
