import { expect, test } from 'vitest';
import { MemoryOutput } from '../testing/memory-output.js';
import { runAsDocker } from './as-docker.js';
import { passThroughExitCode } from './pass-through.js';
import type { RoutedBuild } from './route.js';

function call(argv: string[], env: NodeJS.ProcessEnv) {
  const stderr = new MemoryOutput();
  const build = async ({ args }: RoutedBuild) => {
    stderr.write(`built ${args.context}`);
    return 0;
  };
  const exitCode = runAsDocker({ docker: '/usr/bin/docker', argv }, { stderr, env, build });
  return { stderr, exitCode };
}

test('words that Node could not read are left to docker', async () => {
  const { exitCode, stderr } = call(['build', 'a\uFFFD'], { WARMDOCK: 'explain' });
  expect(await exitCode).toBe(passThroughExitCode);
  expect(stderr.text).toBe('warmdock: its words are not all UTF-8, left to docker\n');
});

test('nothing is said unless asked for', async () => {
  const { exitCode, stderr } = call(['build', '--check', '.'], {});
  expect(await exitCode).toBe(passThroughExitCode);
  expect(stderr.text).toBe('');
});

test('a build that may be for the daemon is looked at further', async () => {
  const { exitCode, stderr } = call(['build', '.'], { BUILDX_BUILDER: 'shared' });
  expect(await exitCode).toBe(0);
  expect(stderr.text).toBe('built .');
});
