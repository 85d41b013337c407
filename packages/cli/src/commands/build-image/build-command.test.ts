import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BuildError,
  type BuildRequest,
  type CallContext,
  type LoadedBuild,
  WarmdockError,
} from '@warmdock/core';
import { MemoryOutput, parseLine, readRecording } from '@warmdock/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BuildArguments, parseBuildArguments } from '../../flags/build-arguments.js';
import { buildOutcome, imageId, loadResult } from '../../testing/outcome.js';
import { planBuildCommand, runBuildCommand } from './build-command.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warmdock-build-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A build that reports what was recorded and one notice. */
async function recordedBuild(
  _: BuildRequest,
  { onProgress }: CallContext = {},
): Promise<LoadedBuild> {
  for (const line of readRecording('cached'))
    onProgress?.({ type: 'solve', status: parseLine(line) });
  onProgress?.({ type: 'notice', message: 'sending all layers instead' });
  return buildOutcome({ load: loadResult({ outcome: 'unchanged' }) });
}

async function failingBuild(
  _: BuildRequest,
  { onProgress }: CallContext = {},
): Promise<LoadedBuild> {
  for (const line of readRecording('failed'))
    onProgress?.({ type: 'solve', status: parseLine(line) });
  const step = { name: '[3/3] RUN exit 3', digest: 'sha256:3' };
  throw new BuildError(
    'build failed: exit 3',
    { step, logTail: ['line 12'], sources: [] },
    new Error('exit 3'),
  );
}

async function run(line: string, build = recordedBuild, env: NodeJS.ProcessEnv = {}) {
  const args = parseBuildArguments([...line.split(' ').filter(Boolean), dir]) as BuildArguments;
  const stdout = new MemoryOutput();
  const stderr = new MemoryOutput();
  const { signal } = new AbortController();
  const home = { HOME: dir, ...env };
  const attempt = async () =>
    runBuildCommand(planBuildCommand(args, home), { stdout, stderr, env: home, signal }, { build });
  const error = await attempt().catch((reason: unknown) => reason);
  return { stdout: stdout.text, stderr: stderr.text, error };
}

test('progress, notices, warnings and the closing line go to stderr', async () => {
  const { stdout, stderr } = await run('--progress=plain');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^#1 \[internal\] load build definition/);
  expect(stderr).toContain('\nNOTICE: sending all layers instead\n');
  expect(stderr).toMatch(
    /\n 1 warning found:\n - FromAsCasing: .* \(line 1\)\nunchanged, nothing loaded \(\d.*\)\n$/,
  );
});

test.each(['-q', '--progress=quiet'])(
  'with %s stdout gets the image ID and nothing else is said',
  async (flag) => {
    expect(await run(flag)).toEqual({ stdout: `${imageId}\n`, stderr: '', error: undefined });
  },
);

test.each([
  ['--progress=none', {}],
  ['', { BUILDKIT_PROGRESS: 'quiet' }],
])('with %j and %j nothing at all is said', async (line, env) => {
  expect(await run(line, recordedBuild, env)).toEqual({ stdout: '', stderr: '', error: undefined });
});

test('with rawjson every line is JSON', async () => {
  const { stderr } = await run('--progress=rawjson');
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toHaveLength(readRecording('cached').length + 1);
});

test('without a terminal auto is plain and tty is refused', async () => {
  expect((await run('')).stderr).toMatch(/^#1 /);
  expect((await run('--progress=tty')).error).toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('the files get what the daemon calls the image, and the metadata', async () => {
  const iid = join(dir, 'iid');
  const metadata = join(dir, 'metadata.json');
  await run(`-q --iidfile ${iid} --metadata-file ${metadata}`);
  expect(readFileSync(iid, 'utf8')).toBe(imageId);
  expect(JSON.parse(readFileSync(metadata, 'utf8'))).toMatchObject({
    'warmdock.load': { outcome: 'unchanged' },
  });
});

test('after a failure the metadata of an earlier build is there, and no image ID', async () => {
  const iid = join(dir, 'iid');
  const metadata = join(dir, 'metadata.json');
  writeFileSync(iid, 'old');
  writeFileSync(metadata, 'old');
  const { error } = await run(`-q --iidfile ${iid} --metadata-file ${metadata}`, failingBuild);
  expect(error).toBeInstanceOf(BuildError);
  expect([existsSync(iid), readFileSync(metadata, 'utf8')]).toEqual([false, 'old']);
});

test.each(['-q', '--progress=rawjson'])(
  'with %s the output of the failed step is shown at the end',
  async (flag) => {
    const { stderr } = await run(flag, failingBuild);
    expect(stderr).toMatch(/------\n > \[3\/3\] RUN exit 3:\nline 12\n------\n$/);
  },
);

test('where progress has shown the output it is not shown again', async () => {
  const { stderr } = await run('--progress=plain', failingBuild);
  expect(stderr.match(/line 12$/gm)).toHaveLength(2);
});

test.each([
  ['CANCELLED', true],
  ['UNAVAILABLE', false],
] as const)('a build that ends with %s: running steps say CANCELED is %s', async (code, says) => {
  const { stderr } = await run('--progress=plain', async (_, { onProgress } = {}) => {
    const [first = ''] = readRecording('cached').filter((line) => line.includes('"started"'));
    onProgress?.({ type: 'solve', status: parseLine(first) });
    throw new WarmdockError(code, 'no more');
  });
  expect(stderr).toMatch(/^#1 \[internal\] load build definition/);
  expect(stderr.includes('#1 CANCELED\n')).toBe(says);
});

test('the build gets the signal and what the flags say', async () => {
  let seen: readonly unknown[] | undefined;
  await run('-q -t app --builder tcp://h:1', async (...given) => {
    seen = given;
    return buildOutcome();
  });
  expect(seen).toMatchObject([
    { context: dir, tags: ['app'], builder: 'tcp://h:1' },
    { signal: expect.any(AbortSignal) },
  ]);
});

test.each(['--memory 1g', '--policy x', '--squash'])(
  '%s, which only docker carries out, is refused',
  async (flags) => {
    const { error } = await run(`-q ${flags}`, async () => {
      throw new Error('was started');
    });
    expect(error).toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringMatching(/buildx/) });
  },
);

test('options that contradict each other start no build', async () => {
  const { error } = await run('-q --progress=plain', async () => {
    throw new Error('was started');
  });
  expect(error).toBeInstanceOf(WarmdockError);
});

test('the command waits for the whole answer only when it has to write it', async () => {
  const late = new Promise<Record<string, string>>((resolve) => {
    setTimeout(() => resolve({ key: 'late' }), 20);
  });
  const build = async () => buildOutcome({ exporterResponse: late });
  const first = await Promise.race([run('', build), late]);
  expect(first).toMatchObject({ stderr: expect.stringContaining('1 of 42 layers loaded') });
  const file = join(dir, 'metadata.json');
  await run(`--metadata-file ${file}`, build);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ key: 'late' });
});

test('an answer that is lost fails the command that has to write it', async () => {
  const lost = Promise.reject(new WarmdockError('UNAVAILABLE', 'the builder went away'));
  const build = async () => buildOutcome({ exporterResponse: lost });
  expect((await run('', build)).error).toBeUndefined();
  const { error } = await run(`--metadata-file ${join(dir, 'metadata.json')}`, build);
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
});
