import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launcher, temporaryFolder, writeProgram } from '../shim/shim.testing.js';
import { checkDocker } from './check-docker.js';

function docker(version: string, buildx = 'echo github.com/docker/buildx 0.29.1') {
  const folder = temporaryFolder();
  const script = `#!/bin/sh\nif [ "$1" = buildx ]; then ${buildx}; else echo "${version}"; fi\n`;
  writeProgram(join(folder, 'docker'), script);
  return folder;
}

async function levels(env: NodeJS.ProcessEnv) {
  return (await checkDocker(env)).map(({ about, level }) => `${about}: ${level}`);
}

test.each([
  ['Docker version 28.5.2+dfsg4, build 1', ['shim: ok', 'docker: ok', 'buildx: ok']],
  ['Docker version 19.03.1, build 1', ['shim: ok', 'docker: warning', 'buildx: ok']],
  ['no docker at all', ['shim: ok', 'docker: problem']],
])('%j', async (version, expected) => {
  expect(await levels({ PATH: docker(version) })).toEqual(expected);
});

test('buildx may be missing', async () => {
  const PATH = docker('Docker version 28.5.2, build 1', 'exit 1');
  expect(await levels({ PATH })).toEqual(['shim: ok', 'docker: ok', 'buildx: warning']);
});

test('there may be no docker', async () => {
  expect(await levels({ PATH: temporaryFolder() })).toEqual(['docker: warning']);
  expect(await levels({ PATH: '', WARMDOCK_DOCKER: launcher })).toEqual(['docker: problem']);
});

test('the shim may be switched off', async () => {
  const shim = temporaryFolder();
  copyFileSync(launcher, join(shim, 'docker'));
  const PATH = `${shim}:${docker('Docker version 28.5.2, build 1')}`;
  expect(await levels({ PATH, WARMDOCK: 'off' })).toContain('shim: warning');
  expect(await levels({ PATH, WARMDOCK: 'explian' })).toContain('shim: warning');
  expect((await checkDocker({ PATH }))[0]?.text).toContain('comes to warmdock');
});
