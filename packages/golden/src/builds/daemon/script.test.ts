import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type RunScriptOptions, runScript, type Script, ScriptError } from './script.js';

let directory = '';
let logPath = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warmdock-script-'));
  logPath = join(directory, 'log');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const run = (script: Script, options: Partial<RunScriptOptions> = {}) =>
  runScript({ cwd: directory, ...script }, { env: {}, logPath, graceMs: 5_000, ...options });
const log = () => readFile(logPath, 'utf8');

describe('runScript', () => {
  it('runs shell text', async () => {
    await run({ shell: 'echo out; echo err >&2; pwd' });
    expect(await log()).toBe(`out\nerr\n${directory}\n`);
    expect((await stat(logPath)).mode & 0o777).toBe(0o600);
  });

  it('runs a program with arguments that no shell sees', async () => {
    const path = join(directory, 'start.sh');
    await writeFile(path, '#!/bin/sh\nprintf "%s|" "$@"\n', { mode: 0o755 });
    await run({ path, args: ['a b', '$HOME', ''] });
    expect(await log()).toBe('a b|$HOME||');
  });

  it('gives it a safe environment, its own variables, and those of the build above all', async () => {
    process.env.WARMDOCK_TEST_LEAK = 'leaked';
    onTestFinished(() => {
      delete process.env.WARMDOCK_TEST_LEAK;
    });
    const script = { shell: 'echo "$A $DOCKER_HOST [$WARMDOCK_TEST_LEAK] $HOME"' };
    await run(
      { ...script, env: { A: 'own', DOCKER_HOST: 'own' } },
      { env: { DOCKER_HOST: 'build' } },
    );
    expect(await log()).toBe(`own build [] ${process.env.HOME}\n`);
  });

  it('throws with exit code and last lines, credentials blacked out', async () => {
    const shell = 'seq 100; echo "login with $API_TOKEN"; exit 7';
    const env = { API_TOKEN: 'very-secret' };
    const error = await run({ shell, env }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ScriptError);
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      exitCode: 7,
      message: expect.stringContaining('ended with code 7'),
      logTail: expect.stringMatching(/^82\n(\d+\n)+100\nlogin with \*\*\*$/),
      hint: expect.stringContaining(logPath),
    });
    expect(await log()).toMatch(/^1\n2\n/);
    expect(await log()).not.toContain('very-secret');
  });

  it('keeps its secrets out of the log, whatever their names, also those printed in parts', async () => {
    const secretEnv = { PIN: '4711', CERT: 'first line\nlast line\n' };
    const shell = `printf 47; sleep 0.05; printf '11\n'; echo "  first line"; printf %s "$CERT"
      printf %s "$PIN" | base64; echo "$PIN$PIN" >&2; exit 3`;
    const error = await run({ shell, secretEnv }).catch((thrown) => thrown);
    expect(await log()).toBe('***\n  ***\n******\n******\n');
    expect(error.message).not.toMatch(/4711|first line|NDcx/);
  });

  it('says what is wrong with a script that cannot be run', async () => {
    const path = join(directory, 'start.sh');
    await expect(run({ path })).rejects.toMatchObject({
      exitCode: 127,
      logTail: expect.stringMatching(/start\.sh: (not found|No such file)/),
    });
    await writeFile(path, '');
    await expect(run({ path })).rejects.toMatchObject({
      exitCode: 126,
      logTail: expect.stringMatching(/start\.sh: Permission denied/),
    });
  });

  it('ends a script whose output cannot be kept', async () => {
    const shell = 'while :; do echo x; sleep 0.01; done';
    await expect(run({ shell }, { logPath: '/dev/full' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('/dev/full'),
    });
  });

  it('does not wait for what the script leaves running', async () => {
    await run({ shell: '(sleep 30; echo late) & echo done' });
    expect(await log()).toBe('done\n');
  });

  it('that is cancelled lets the script clean up, then ends all that it started', async () => {
    const controller = new AbortController();
    const shell = `sleep 60 & trap 'echo cleaned; exit 0' TERM; echo ready; wait`;
    const running = run({ shell }, { signal: controller.signal });
    while (!(await log().catch(() => '')).includes('ready')) await delay(5);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await log()).toContain('cleaned');
  });

  it('that is cancelled kills a script that does not listen', async () => {
    const controller = new AbortController();
    const shell = `trap '' TERM; echo ready; while :; do sleep 0.1; done`;
    const running = run({ shell }, { signal: controller.signal, graceMs: 30 });
    while (!(await log().catch(() => '')).includes('ready')) await delay(5);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('that is cancelled before it begins runs nothing', async () => {
    const running = run({ shell: 'echo started' }, { signal: AbortSignal.abort() });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(log()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
