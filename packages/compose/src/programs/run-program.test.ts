import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fakeProgram } from './fake-program.testing.js';
import { runProgram } from './run-program.js';

const options = { cwd: '/', env: { PATH: process.env.PATH } };

describe('a program', () => {
  it('is told its words, folder and environment, and has nothing to read', async () => {
    const script = 'cat; echo "$0 $1 $PWD $WHO"';
    const given = { cwd: '/usr', env: { ...options.env, WHO: 'me' } };
    const run = await runProgram(['sh', '-c'], [script, 'a', 'b c'], given);
    expect(run).toEqual({ exitCode: 0, stdout: 'a b c /usr me\n', stderr: '' });
  });

  it('may fail', async () => {
    const { program } = fakeProgram({ x: { stdout: 'some', stderr: 'why', exitCode: 17 } });
    expect(await runProgram(program, ['x'], options)).toEqual({
      exitCode: 17,
      stdout: 'some',
      stderr: 'why',
    });
  });

  it('may be killed', async () => {
    const run = await runProgram(['sh', '-c'], ['kill -9 $$'], options);
    expect(run.exitCode).toBeNull();
  });

  it.each(['/none/such', 'none-such-program'])('%s is NOT_FOUND', async (program) => {
    await expect(runProgram([program], [], options)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `cannot run ${program}`,
    });
  });

  it('in a folder that is not there is INVALID_ARGUMENT, and not the program missing', async () => {
    const running = runProgram(['true'], [], { ...options, cwd: '/none/such' });
    await expect(running).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('/none/such'),
    });
  });

  it('that takes longer than its caller allows is TIMEOUT', async () => {
    const running = runProgram(['sleep'], ['60'], { ...options, signal: AbortSignal.timeout(30) });
    await expect(running).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const begun = performance.now();
    const running = runProgram(['sleep'], ['60'], { ...options, signal: stop.signal });
    void sleep(50).then(() => stop.abort());
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('does not begin when the signal has fired', async () => {
    const given = { ...options, signal: AbortSignal.abort() };
    await expect(runProgram(['true'], [], given)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
