import { describe, expect, test } from 'vitest';
import { parseCommandLine } from './command-line.js';
import { UsageError } from './flags/usage-error.js';

function built(line: string) {
  const command = parseCommandLine(`build ${line}`.split(' '));
  if (command.type !== 'build') throw new Error(`not a build: ${line}`);
  return command.args;
}

function usageErrorOf(line: string): UsageError {
  try {
    parseCommandLine(line.split(' '));
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`accepted: ${line}`);
}

const nothing = {
  context: '.',
  addHosts: [],
  allow: [],
  annotations: [],
  attestations: [],
  buildArgs: [],
  buildContexts: [],
  builder: undefined,
  cacheFrom: [],
  cacheTo: [],
  call: 'build',
  cgroupParent: undefined,
  compression: undefined,
  file: undefined,
  iidfile: undefined,
  labels: [],
  passThroughReasons: [],
  load: undefined,
  metadataFile: undefined,
  network: undefined,
  noCache: false,
  noCacheFilter: [],
  outputs: [],
  platforms: [],
  progress: 'auto',
  provenance: undefined,
  pull: false,
  push: false,
  quiet: false,
  sbom: undefined,
  secrets: [],
  shmSizes: [],
  ssh: [],
  tags: [],
  target: undefined,
  ulimits: [],
};

describe('build', () => {
  test.each([
    ['.', {}],
    ['-t a --tag=b .', { tags: ['a', 'b'] }],
    ['-f Dockerfile.dev .', { file: 'Dockerfile.dev' }],
    ['--build-arg A=1 --build-arg B .', { buildArgs: ['A=1', 'B'] }],
    ['--target app .', { target: 'app' }],
    ['--platform linux/amd64,linux/arm64 .', { platforms: ['linux/amd64,linux/arm64'] }],
    ['--label a=b .', { labels: ['a=b'] }],
    ['--secret id=x,src=y .', { secrets: ['id=x,src=y'] }],
    ['--no-cache --no-cache-filter app .', { noCache: true, noCacheFilter: ['app'] }],
    ['--pull .', { pull: true }],
    ['--pull=false .', { pull: false }],
    ['--builder tcp://h:1 .', { builder: 'tcp://h:1' }],
    ['--iidfile i --metadata-file m .', { iidfile: 'i', metadataFile: 'm' }],
    ['--progress=plain .', { progress: 'plain' }],
    ['-q .', { quiet: true }],
    ['--load .', { load: true }],
    ['--load=false .', { load: false }],
    ['--target a --target b .', { target: 'b' }],
  ])('%s', (line, expected) => {
    expect(built(line)).toEqual({ ...nothing, ...expected });
  });

  test.each(['build', 'build a b'])('%j lacks its one argument, in the words of docker', (line) => {
    expect(usageErrorOf(line)).toMatchObject({
      message:
        "ERROR: warmdock: 'warmdock build' requires 1 argument\n\nUsage:  warmdock build [OPTIONS] PATH | URL | -\n\nRun 'warmdock build --help' for more information",
      exitCode: 1,
    });
  });

  test('a bad flag exits with 125, as with docker', () => {
    expect(usageErrorOf('build --foo .')).toMatchObject({
      message: expect.stringMatching(/^unknown flag: --foo\n\nUsage: {2}warmdock build/),
      exitCode: 125,
    });
  });

  test.each(['build --help', 'build -h', 'build -qh .'])('%s shows its help', (line) => {
    expect(parseCommandLine(line.split(' '))).toEqual({ type: 'help', argv: ['help', 'build'] });
  });

  test('what may have been meant by a bad flag is said behind the error', () => {
    const { message } = usageErrorOf('build --plaform linux/amd64 .');
    expect(message).toMatch(/^unknown flag: --plaform\nDid you mean --platform\?\n\nUsage:/);
  });
});

test.each(['version', '--version', '-v'])('%s prints the version', (line) => {
  expect(parseCommandLine([line])).toEqual({
    type: 'print',
    text: expect.stringMatching(/^warmdock \d+\.\d+\.\d+\S*\n$/),
  });
});

test.each([[], ['help', 'golden'], ['--help'], ['completion', 'bash'], ['foo'], ['--foo']])(
  '%j is for the program of the help',
  (...argv) => {
    expect(parseCommandLine(argv)).toEqual({ type: 'help', argv });
  },
);

test.each(['shim', 'doctor'])('%s reads its words itself', (word) => {
  expect(parseCommandLine([word, '--json'])).toEqual({ type: word, argv: ['--json'] });
});

test("the shim's words are docker's, whatever they look like", () => {
  const argv = ['--as-docker', '/usr/bin/docker', '--version', '--help'];
  const call = { docker: '/usr/bin/docker', argv: ['--version', '--help'] };
  expect(parseCommandLine(argv)).toEqual({ type: 'as-docker', call });
});

test("those of docker-compose are docker's behind its command for it", () => {
  const argv = ['--as-docker-compose', '/usr/bin/docker-compose', '-f', 'a', 'build'];
  const call = { argv: ['compose', '-f', 'a', 'build'], compose: '/usr/bin/docker-compose' };
  expect(parseCommandLine(argv)).toEqual({ type: 'as-docker', call });
});
