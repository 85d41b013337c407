import { describe, expect, test } from 'vitest';
import { outputOf, runCommand } from './run-command.js';

const sh = (script: string, options = {}) =>
  runCommand(['/bin/sh', '-c', script], { env: { GREETING: 'hello' }, ...options });

describe('runCommand', () => {
  test('collects both outputs and the exit code', async () => {
    const result = { exitCode: 3, stdout: 'hello\n', stderr: 'oops\n' };
    expect(await sh('echo $GREETING; echo oops >&2; exit 3')).toEqual(result);
  });

  test('feeds its input', async () => {
    expect(await sh('cat', { input: 'fed' })).toMatchObject({ exitCode: 0, stdout: 'fed' });
  });

  test('bears with a program that does not read its input', async () => {
    expect(await sh('exit 0', { input: Buffer.alloc(1 << 20) })).toMatchObject({ exitCode: 0 });
  });

  test('says 128 + n for a program that signal n ended', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ exitCode: 137 });
  });

  test('ends the program when its signal fires', async () => {
    const signal = AbortSignal.timeout(30);
    expect(await sh('exec sleep 10', { signal })).toMatchObject({ exitCode: 143 });
  });

  test('throws when there is no such program', async () => {
    await expect(runCommand(['/no/such'], { env: {} })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('outputOf', () => {
  test('is what the command printed', async () => {
    expect(await outputOf(sh('echo it'))).toBe('it\n');
  });

  test('throws with the error output of a command that fails', async () => {
    await expect(outputOf(sh('echo why >&2; exit 2'))).rejects.toThrow('command ended with 2: why');
  });
});
