import { MemoryOutput } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { type DockerCall, runAsDocker } from './as-docker.js';
import { passThroughExitCode } from './pass-through.js';
import type { RoutedBake, RoutedBuild, RoutedCompose, RoutedPull } from './routing/route.js';

function call(
  argv: string[],
  env: NodeJS.ProcessEnv,
  own: { compose?: string; isListening?: boolean } = {},
) {
  const stderr = new MemoryOutput();
  const build = async ({ args }: RoutedBuild) => {
    stderr.write(`built ${args.context}`);
    return 0;
  };
  const buildTargets = async (routed: RoutedBake | RoutedCompose, by: DockerCall) => {
    stderr.write(`built ${routed.action} for ${by.compose ?? by.docker}`);
    return 0;
  };
  const pull = async ({ call: { name } }: RoutedPull) => {
    stderr.write(`pulled ${name}`);
    return 0;
  };
  const launcher = { isListening: () => own.isListening ?? true };
  const exitCode = runAsDocker(
    { docker: '/bin/docker', argv, ...own },
    { stderr, env, launcher, build, buildTargets, pull },
  );
  return { stderr, exitCode };
}

test('words that Node could not read are passed through to docker', async () => {
  const { exitCode, stderr } = call(['build', 'a\uFFFD'], { WARMDOCK: 'explain' });
  expect(await exitCode).toBe(passThroughExitCode);
  expect(stderr.text).toBe('warmdock: its words are not all UTF-8, passed through to docker\n');
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
    'built bake for /bin/docker',
    'built compose for /bin/docker',
    'built compose for /bin/docker-compose',
  ]);
});

test('a pull is looked at further where that was asked for', async () => {
  expect(call(['pull', 'app'], { WARMDOCK: 'pull' }).stderr.text).toBe('pulled app');
  expect(await call(['pull', 'app'], {}).exitCode).toBe(passThroughExitCode);
});

test('nothing is built for a launcher that would not learn of it', async () => {
  const { exitCode, stderr } = call(['build', '.'], {}, { isListening: false });
  expect(await exitCode).toBe(passThroughExitCode);
  expect(stderr.text).toMatch(/^NOTICE: .*passed through to \/bin\/docker\n$/);
});
