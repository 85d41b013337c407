import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** All commits have one age, so that the same files make the same repository. */
const DATE = '2024-01-01T00:00:00Z';

/** Files by their paths. */
export type GitFiles = Readonly<Record<string, string>>;

/**
 * Makes a repository in `dir`: a commit for each branch, in their order, on top of the one before,
 * that adds or rewrites the branch's files. The first branch is the one that is checked out.
 */
export async function makeGitRepository(
  dir: string,
  branches: Readonly<Record<string, GitFiles>>,
): Promise<string> {
  await mkdir(dir, { recursive: true });
  const git = (...args: string[]) => run('git', ['-C', dir, ...args], { env: environment(dir) });
  await git('init', '--quiet', '--initial-branch', Object.keys(branches)[0] ?? 'main');
  for (const [branch, files] of Object.entries(branches)) {
    await git('checkout', '--quiet', '-B', branch);
    await writeFiles(dir, files);
    await git('add', '.');
    await git('commit', '--quiet', '--message', branch);
  }
  await git('checkout', '--quiet', Object.keys(branches)[0] ?? 'main');
  return dir;
}

async function writeFiles(dir: string, files: GitFiles): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

/** Nothing of the user's own settings. */
function environment(dir: string): Record<string, string> {
  const who = { NAME: 'test', EMAIL: 'test@example.org', DATE };
  const both = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  const { PATH = '/usr/bin:/bin' } = process.env;
  return { PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1', ...Object.fromEntries(both) };
}
