import { expect, test } from 'vitest';
import { MemoryOutput } from '../testing/memory-output.js';
import { runAsDocker } from './as-docker.js';
import { passThroughExitCode } from './pass-through.js';
import type { RoutedBake, RoutedBuild, RoutedCompose } from './route.js';

function call(argv: string[], env: NodeJS.ProcessEnv, own: { compose?: string } = {}) {
  const stderr = new MemoryOutput();
  const build = async ({ args }: RoutedBuild) => {
    stderr.write(`built ${args.context}`);
    return 0;
  };
  const buildTargets = async (routed: RoutedBake | RoutedCompose) => {
    const program = routed.action === 'compose' ? (routed.program ?? ['docker', 'compose']) : [];
    stderr.write(`built ${routed.action} ${program.join(' ')}`);
    return 0;
  };
  const exitCode = runAsDocker({ argv, ...own }, { stderr, env, build, buildTargets });
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

test('builds of bake and compose are looked at further, those of docker-compose by that', async () => {
  const env = { BUILDX_BUILDER: 'shared' };
  const texts = [
    call(['buildx', 'bake'], env),
    call(['compose', 'build'], env),
    call(['compose', 'up', '--build'], env, { compose: '/bin/docker-compose' }),
  ].map(({ stderr }) => stderr.text);
  expect(texts).toEqual([
    'built bake ',
    'built compose docker compose',
    'built compose /bin/docker-compose',
  ]);
});
