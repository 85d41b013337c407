import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import {
  imagesOf,
  outputOf,
  removeImages,
  runDocker,
  startFaultProxy,
  useTestbed,
  withShell,
} from '@warmdock/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { printed, startShim } from '../support/shim.js';
import { useDockerAndShim } from './docker-and-shim.js';
import { projectFolder } from './project-folder.js';

const sides = useDockerAndShim();

function makeProject() {
  const name = `it${randomBytes(5).toString('hex')}`;
  const { host } = useTestbed().classic;
  onTestFinished(() => removeImages(host, name));
  const slow = `${withShell}\nRUN --network=none echo begun-$((6 * 7)); busybox sleep 20\n`;
  const cwd = projectFolder(name, {
    'compose.yaml': 'services:\n  slow:\n    build: slow\n  quick:\n    build: quick\n',
    'slow/Dockerfile': slow,
    'slow/busybox': '',
    'quick/Dockerfile': 'FROM scratch\nCOPY file /file\n',
    'quick/file': name,
  });
  return { name, host, cwd };
}

/** Starts compose behind the shim; what it prints is all on stdout. */
function start(line: string, cwd: string, mark: string) {
  return startShim(['-c', `exec ${line} 2>&1`], {
    program: 'sh',
    path: sides.paths.shim,
    env: { ...sides.env, WARMDOCK: 'explain', WARMDOCK_TEST_MARK: mark },
    cwd,
  });
}

/** Processes that have the mark in their environment. */
function processesOf(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends all builds, and every process',
  async (signal) => {
    const { name, host, cwd } = makeProject();
    const run = start('docker compose --progress plain build slow', cwd, name);
    await printed(run, 'begun-42');
    expect(processesOf(name).length).toBeGreaterThan(1);
    run.child.kill(signal);
    const { exitCode, stdout } = await run.ended;
    expect(exitCode, stdout.toString()).toBe(130);
    expect(processesOf(name)).toEqual([]);
    expect(await imagesOf(host, name)).toEqual({});
  },
);

test('a builder that dies ends the builds with an error, and nobody builds locally', async () => {
  const { name, host, cwd } = makeProject();
  const { hostname, port } = new URL(useTestbed().buildkits[0]?.address ?? '');
  const proxy = await startFaultProxy({ target: { host: hostname, port: Number(port) } });
  const create = ['buildx', 'create', '--name', 'dying', '--driver', 'remote', proxy.address];
  await outputOf(runDocker(create, { env: sides.env }));
  const run = start('docker compose --progress plain build --builder dying slow', cwd, name);
  await printed(run, 'begun-42');
  await proxy[Symbol.asyncDispose]();
  const { exitCode, stdout } = await run.ended;
  expect(stdout.toString()).toMatch(/(builder|session)[^\n]*\n(HINT: .*\n)?$/);
  expect(stdout.toString()).not.toContain('passed through to docker');
  expect(exitCode).toBe(1);
  expect(await imagesOf(host, name)).toEqual({});
});

test('a builder that is not there is an error that says so', async () => {
  const { name, host, cwd } = makeProject();
  const create = ['buildx', 'create', '--name', 'gone', '--driver', 'remote', 'tcp://127.0.0.1:1'];
  await outputOf(runDocker(create, { env: sides.env }));
  const { exitCode, stdout } = await start('docker compose build --builder gone', cwd, name).ended;
  expect(stdout.toString()).toMatch(/127\.0\.0\.1:1/);
  expect(stdout.toString()).not.toContain('passed through to docker');
  expect(exitCode).toBe(1);
  expect(await imagesOf(host, name)).toEqual({});
});
