import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readServeConfig } from './serve-config.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmdock-serve-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(config: unknown, env: NodeJS.ProcessEnv = {}) {
  const path = join(folder, 'golden.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return readServeConfig(path, env);
}

const project = { command: ['./start.sh'] };

test('a project needs no more than its command', () => {
  expect(read({ projects: { app: project } })).toEqual({
    listen: { port: 9321 },
    debounceMs: undefined,
    status: undefined,
    projects: {
      app: {
        script: { path: './start.sh', args: [], cwd: folder, env: {}, secretEnv: {} },
        daemon: expect.any(Function),
        timeoutMs: undefined,
      },
    },
    hooks: {},
  });
});

test('everything may be said, with paths relative to the file', () => {
  writeFileSync(join(folder, 'token'), 'from a file\n');
  const config = {
    listen: { host: '0.0.0.0', port: 0 },
    debounce: '10s',
    status: { secretEnv: 'STATUS_TOKEN' },
    projects: {
      app: {
        command: ['npm', 'start'],
        cwd: 'app',
        env: { A: '1', B: { secretFile: 'token' }, C: { secretEnv: 'TOKEN' } },
        timeout: '30m',
        dockerd: ['--bridge=none'],
        imageStore: 'classic',
        containerd: 'external',
        webhook: { provider: 'github', branch: 'main', secretFile: 'secrets/app' },
      },
      own: { ...project, webhook: { provider: 'generic', secretEnv: 'OWN' } },
    },
  };
  const { listen, debounceMs, status, projects, hooks } = read(config, { TOKEN: 'from outside' });
  expect({ listen, debounceMs, status }).toEqual({
    listen: { host: '0.0.0.0', port: 0 },
    debounceMs: 10_000,
    status: { env: 'STATUS_TOKEN' },
  });
  expect(projects.app).toMatchObject({
    script: {
      path: 'npm',
      args: ['start'],
      cwd: join(folder, 'app'),
      env: { A: '1' },
      secretEnv: { B: 'from a file', C: 'from outside' },
    },
    timeoutMs: 1_800_000,
  });
  expect(hooks).toEqual({
    app: { provider: 'github', branch: 'main', secret: { file: join(folder, 'secrets/app') } },
    own: { provider: 'generic', branch: undefined, secret: { env: 'OWN' } },
  });
});

const hook = { provider: 'github', branch: 'main', secretEnv: 'S' };
const withHook = (webhook: object) => ({ projects: { app: { ...project, webhook } } });

describe('what is wrong is refused with its place', () => {
  test.each([
    ['{', /^configuration .+golden\.json: /],
    [[], /golden\.json: Invalid input/],
    [{ projects: { app: { command: [] } } }, /: projects\.app\.command/],
    [{ projects: { app: { ...project, timeout: 30 } } }, /: projects\.app\.timeout: /],
    [{ projects: { app: { ...project, timeout: 'x' } } }, /timeout: not a duration like 90s/],
    [{ projects: { app: { ...project, comand: 'x' } } }, /: projects\.app: .+"comand"/],
    [{ listen: { port: 70_000 }, projects: {} }, /: listen\.port: /],
    [{ status: 'private', projects: {} }, /: status: /],
    [withHook({ ...hook, secret: 'hunter2' }), /: projects\.app\.webhook: .+"secret"/],
    [withHook({ ...hook, secretEnv: undefined }), /webhook: either secretFile or secretEnv/],
    [withHook({ ...hook, secretFile: 'x' }), /webhook: either secretFile or secretEnv/],
    [withHook({ ...hook, branch: undefined }), /webhook: branch must be given/],
    [withHook({ ...hook, provider: 'gitea' }), /: projects\.app\.webhook\.provider: /],
    [
      { projects: { app: { ...project, env: { A: { secretEnv: 'UNSET' } } } } },
      /^projects\.app\.env\.A: environment variable UNSET is not set$/,
    ],
  ])('%j', (config, message) => {
    expect(() => read(config)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message),
      }),
    );
  });

  test('a file that is not there', () => {
    const config = { projects: { app: { ...project, env: { A: { secretFile: 'missing' } } } } };
    expect(() => read(config)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => readServeConfig(join(folder, 'missing.json'), {})).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });
});
