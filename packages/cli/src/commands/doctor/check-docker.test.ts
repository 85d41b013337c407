import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launcher, temporaryFolder, writeProgram } from '../../docker/shim.testing.js';
import { installShim } from '../shim/install.js';
import { checkDocker } from './check-docker.js';

function docker({
  version = 'Docker version 28.5.2, build 1',
  buildx = 'echo github.com/docker/buildx 0.29.1',
  compose = 'echo 2.40.3',
} = {}) {
  const folder = temporaryFolder();
  const script = `#!/bin/sh
case $1 in buildx) ${buildx} ;; compose) ${compose} ;; *) echo "${version}" ;; esac
`;
  writeProgram(join(folder, 'docker'), script);
  return folder;
}

async function levels(env: NodeJS.ProcessEnv) {
  return (await checkDocker(env)).map(({ about, level }) => `${about}: ${level}`);
}

test.each([
  [
    { version: 'Docker version 28.5.2+dfsg4, build 1' },
    ['docker: ok', 'buildx: ok', 'compose: ok'],
  ],
  [
    { version: 'Docker version 19.03.1, build 1' },
    ['docker: warning', 'buildx: ok', 'compose: ok'],
  ],
  [{ version: 'no docker at all' }, ['docker: problem']],
  [{ buildx: 'exit 1' }, ['docker: ok', 'buildx: warning', 'compose: ok']],
  [{ compose: 'exit 1' }, ['docker: ok', 'buildx: ok', 'compose: ok']],
  [{ compose: 'echo 2.19.1' }, ['docker: ok', 'buildx: ok', 'compose: warning']],
  [{ compose: 'echo v5.0.0-desktop.1' }, ['docker: ok', 'buildx: ok', 'compose: ok']],
])('%j', async (programs, expected) => {
  expect(await levels({ PATH: docker(programs) })).toEqual(expected);
});

test('there may be no docker, which the shim cannot do without', async () => {
  expect(await levels({ PATH: temporaryFolder() })).toEqual(['docker: warning']);
  expect(await levels({ PATH: '', WARMDOCK_DOCKER: launcher })).toEqual(['docker: problem']);
  const folder = temporaryFolder();
  installShim({ launcher, folder });
  expect(await levels({ PATH: folder })).toEqual(['docker: problem']);
});
