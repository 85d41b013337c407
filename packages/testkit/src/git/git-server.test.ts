import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { makeGitRepository } from './git-repository.js';
import { type GitServerOptions, startGitServer } from './git-server.js';

async function served(options?: GitServerOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-git-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const repository = await makeGitRepository(join(folder, 'repository'), {
    main: { 'a/b': 'one' },
    other: { 'a/b': 'two' },
  });
  const server = await startGitServer(repository, options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { folder, url: server.url };
}

test.each([
  ['main', 'one'],
  ['other', 'two'],
])('the branch %s can be cloned', async (branch, content) => {
  const { folder, url } = await served();
  const clone = join(folder, 'clone');
  await git('clone', '--quiet', '--branch', branch, url, clone);
  expect(readFileSync(join(clone, 'a/b'), 'utf8')).toBe(content);
});

test('a login that is asked for has to be the right one', async () => {
  const { url } = await served({ authorization: 'basic right' });
  const list = (login: string) =>
    git('-c', `http.extraHeader=Authorization: ${login}`, 'ls-remote', url);
  expect(await list('basic right')).toContain('refs/heads/main');
  await expect(list('basic wrong')).rejects.toThrow();
});

test('the same files make the same commit', async () => {
  const heads = await Promise.all([served(), served()].map(async (each) => headOf(await each)));
  expect(heads[0]).toBe(heads[1]);
});

const headOf = ({ folder }: { folder: string }) =>
  git('-C', join(folder, 'repository'), 'rev-parse', 'HEAD');

/** Not in this process's way: the server is in it. */
async function git(...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' };
  return (await promisify(execFile)('git', args, { env })).stdout;
}
