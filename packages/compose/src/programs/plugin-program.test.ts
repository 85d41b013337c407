import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { pluginThroughDocker } from './plugin-program.js';

/** A folder with a `docker` that answers to these words as docker with such plugins would. */
function dockerWith(plugins: string): { cwd: string; env: NodeJS.ProcessEnv } {
  const cwd = mkdtempSync(join(tmpdir(), 'warmdock-docker-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const script = `case "$*" in ${plugins} *) echo "docker: unknown command: docker $1" >&2; exit 1;; esac`;
  writeFileSync(join(cwd, 'docker'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(cwd, 'docker'), 0o755);
  return { cwd, env: { PATH: `${cwd}:/usr/bin:/bin` } };
}

it('docker without the plugin is NOT_FOUND, with a hint', async () => {
  const options = dockerWith('');
  await expect(pluginThroughDocker('buildx', options)(['bake'])).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'docker has no buildx',
    hint: expect.stringContaining('plugin buildx'),
  });
});

it('a plugin that fails is heard', async () => {
  const options = dockerWith('"compose version") ;; "compose x") echo no >&2; exit 14;;');
  expect(await pluginThroughDocker('compose', options)(['x'])).toEqual({
    exitCode: 14,
    stdout: '',
    stderr: 'no\n',
  });
});

it('no docker at all is NOT_FOUND', async () => {
  const options = { cwd: '/', env: { PATH: '/none' } };
  await expect(pluginThroughDocker('compose', options)(['x'])).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'cannot run docker',
  });
});
