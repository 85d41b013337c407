import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeProgram } from '../programs/fake-program.testing.js';
import { composeProgram } from './compose-program.js';

const env = { PATH: process.env.PATH, DOCKER_CONFIG: '/none' };

describe('compose', () => {
  it("hears the project's flags before each command", async () => {
    const { program, calls, cwd } = fakeProgram({ '-p x --profile y config': 'it' });
    const compose = composeProgram({
      program,
      projectFlags: ['-p', 'x', '--profile', 'y'],
      cwd,
      env,
    });
    expect(await compose.ask('config')).toBe('it');
    expect(calls()).toEqual(['-p x --profile y config']);
  });

  it.each([
    ['its own words', { stderr: 'no such service: x\n', exitCode: 1 }, 'no such service: x'],
    ['its exit code where it says nothing', { exitCode: 14 }, 'it ended with exit code 14'],
  ])('refuses with %s', async (_, answer, why) => {
    const { program, cwd } = fakeProgram({ 'config x': answer });
    const compose = composeProgram({ program, cwd, env });
    await expect(compose.ask('config', 'x')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `compose config refuses the project: ${why}`,
    });
    expect((await compose.run('config', 'x')).exitCode).toBe(answer.exitCode);
  });

  it("is docker's plugin unless another one is named", async () => {
    const { cwd } = fakeProgram({});
    const plugins = join(cwd, 'cli-plugins');
    mkdirSync(plugins);
    writeFileSync(join(plugins, 'docker-compose'), '#!/bin/sh\necho plugin "$@"\n');
    chmodSync(join(plugins, 'docker-compose'), 0o755);
    const compose = composeProgram({ cwd, env: { ...env, DOCKER_CONFIG: cwd } });
    expect(await compose.ask('version')).toBe('plugin version\n');
  });
});
