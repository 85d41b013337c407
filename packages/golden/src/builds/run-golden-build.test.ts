import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { describe, expect, it } from 'vitest';
import type { GoldenStore } from '../store/golden-store.js';
import { ownerOfThisProcess } from '../store/records/owner.js';
import { writeJson } from '../store/records/write-json.js';
import { newBuildId, sessionOf } from './build-id.js';
import {
  appendingScript,
  fakeDaemon,
  gatedScript,
  inGolden,
  testStore,
  until,
} from './builds.testing.js';
import type { DaemonLauncher } from './daemon/daemon.js';
import { dockerdLauncher } from './daemon/dockerd.js';
import { buildPaths } from './records/build-paths.js';
import { type BuildState, type BuildStatus, readBuildStatus } from './records/build-state.js';
import {
  type GoldenBuildContext,
  type GoldenBuildRequest,
  runGoldenBuild,
} from './run-golden-build.js';

const project = 'app';

async function setUp(options: Partial<GoldenBuildRequest> = {}) {
  const store = await testStore();
  const daemon = fakeDaemon();
  const states: BuildStatus[] = [];
  const run = (more: Partial<GoldenBuildRequest> = {}, context: GoldenBuildContext = {}) => {
    const request = { store, project, script: appendingScript('built'), daemon: daemon.launch };
    const onState = (status: BuildStatus) => states.push(status);
    return runGoldenBuild({ ...request, ...options, ...more }, { onState, ...context });
  };
  return { store, daemon, states, run, status: () => readBuildStatus(store, project) };
}

/** No session, and the golden holds what it did. */
async function expectUntouched(store: GoldenStore, content: string | undefined) {
  expect((await store.list()).sessions).toEqual([]);
  expect(await readdir(join(store.root, 'sessions'))).toEqual([]);
  expect(await inGolden(store, project, 'engine-id')).toBe(content);
}

describe('a golden build', () => {
  it('of a project without a golden makes its first generation', async () => {
    const { store, daemon, run, states, status } = await setUp();
    expect(await status()).toEqual({ project, status: 'none', promotion: 'none' });
    const built = await run();
    expect(built).toMatchObject({ project, generation: 1, images: [] });
    expect(daemon.events).toEqual(['start', 'stop', 'dispose']);
    expect(states.map(({ status, phase, promotion }) => [status, phase, promotion])).toEqual([
      ['building', 'cloning', 'none'],
      ['building', 'starting', 'none'],
      ['building', 'running', 'none'],
      ['building', 'quiescing', 'none'],
      ['building', 'promoting', 'running'],
      ['ready', undefined, 'done'],
    ]);
    expect(await status()).toMatchObject({
      status: 'ready',
      promotion: 'done',
      generation: 1,
      buildId: built.buildId,
      addedBytes: expect.any(Number),
      elapsedMs: expect.any(Number),
      logPath: built.logPath,
    });
    await expectUntouched(store, 'built\n');
  });

  it('begins with the current golden', async () => {
    const { store, run } = await setUp();
    await run();
    expect(await run({ script: appendingScript('again') })).toMatchObject({ generation: 2 });
    await expectUntouched(store, 'built\nagain\n');
  });

  it('tells its script where it is', async () => {
    const { run, store } = await setUp();
    const words = ['BUILD', 'PROJECT', 'GENERATION', 'SESSION'].map(
      (word) => `$WARMDOCK_GOLDEN_${word}`,
    );
    const shell = `echo "${words.join('|')}|$DOCKER_HOST" >"$WARMDOCK_GOLDEN_DATA_ROOT/engine-id"`;
    const { buildId } = await run({ script: { shell } });
    expect(await inGolden(store, project, 'engine-id')).toMatch(
      new RegExp(`^1\\|app\\|\\|${sessionOf(buildId)}\\|unix://.*fake.sock\n$`),
    );
  });

  it('whose script fails keeps exit code and last lines, and leaves the golden', async () => {
    const { store, daemon, run, status } = await setUp();
    await run();
    const script = { shell: `${appendingScript('bad').shell}; echo why; exit 3` };
    const error = { code: 'BUILD_FAILED', exitCode: 3, message: expect.stringContaining('why') };
    await expect(run({ script })).rejects.toMatchObject({ ...error, logTail: 'why' });
    expect(await status()).toMatchObject({
      status: 'failed',
      promotion: 'none',
      generation: 1,
      lastError: error,
    });
    expect(daemon.events.slice(3)).toEqual(['start', 'dispose']);
    await expectUntouched(store, 'built\n');
    expect(await run()).toMatchObject({ generation: 2 });
    expect((await status()).lastError).toBeUndefined();
  });

  it('that takes too long is ended: TIMEOUT', async () => {
    const { store, run, status } = await setUp();
    const script = { shell: 'sleep 60' };
    await expect(run({ script, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'golden build of app took longer than 300 ms',
    });
    expect(await status()).toMatchObject({ status: 'failed', lastError: { code: 'TIMEOUT' } });
    await expectUntouched(store, undefined);
  });

  it.each(['cloning', 'starting', 'running', 'quiescing'] as const)(
    'that is cancelled while %s leaves nothing but its state',
    async (phase) => {
      const { store, run, status } = await setUp();
      await run();
      const controller = new AbortController();
      const shell = `${appendingScript('cancelled').shell}; [ ${phase} != running ] || sleep 60`;
      const onState = (state: BuildStatus) => {
        if (state.phase === phase)
          setTimeout(() => controller.abort(), phase === 'running' ? 200 : 0);
      };
      const running = run({ script: { shell } }, { signal: controller.signal, onState });
      await expect(running).rejects.toMatchObject({
        code: 'CANCELLED',
        message: 'golden build of app was cancelled',
      });
      expect(await status()).toMatchObject({
        status: 'failed',
        promotion: 'none',
        lastError: { code: 'CANCELLED' },
      });
      await expectUntouched(store, 'built\n');
    },
  );

  it('that is cancelled while its daemon is put away is not promoted', async () => {
    const { store, daemon, run } = await setUp();
    const controller = new AbortController();
    const launch: DaemonLauncher = async (clone, options) => {
      const launched = await daemon.launch(clone, options);
      return {
        ...launched,
        async [Symbol.asyncDispose]() {
          await launched[Symbol.asyncDispose]();
          controller.abort();
        },
      };
    };
    const running = run({ daemon: launch }, { signal: controller.signal });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expectUntouched(store, undefined);
  });

  it('that is cancelled while promoting goes on to its end', async () => {
    const { store, run } = await setUp();
    const controller = new AbortController();
    const onState = ({ phase }: BuildStatus) => {
      if (phase === 'promoting') controller.abort();
    };
    const built = await run({}, { signal: controller.signal, onState });
    expect(built.generation).toBe(1);
    await expectUntouched(store, 'built\n');
  });

  it('that another promotion overtakes is built, and its promotion has failed: CONFLICT', async () => {
    const { store, run, status } = await setUp();
    await run();
    const overtake = async () => {
      await store.clone({ project, session: 'other' });
      const proof = { buildId: 'other', exitCode: 0 } as const;
      await store.promote({ session: 'other', proof });
    };
    const { shell, open } = await gatedScript();
    const running = run({ script: { shell } });
    await until(async () => (await status()).phase === 'running');
    await overtake();
    await open();
    await expect(running).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await status()).toMatchObject({
      status: 'ready',
      promotion: 'failed',
      generation: 1,
      lastError: { code: 'CONFLICT' },
    });
    expect((await store.inspect({ project })).current).toBe(2);
    await expectUntouched(store, 'built\n');
  });

  it('is the only one of its project: CONFLICT', async () => {
    const { run, status } = await setUp();
    const { shell, open } = await gatedScript();
    const running = run({ script: { shell } });
    await until(async () => (await status()).phase === 'running');
    await expect(run()).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('golden build of app'),
    });
    await open();
    expect(await running).toMatchObject({ generation: 1 });
  });

  it('whose daemon does not start tells why', async () => {
    const { store, run, status } = await setUp();
    const daemon = async () => {
      throw new Error('no such bridge');
    };
    await expect(run({ daemon })).rejects.toThrow('no such bridge');
    expect(await status()).toMatchObject({ status: 'failed', lastError: { code: 'INTERNAL' } });
    await expectUntouched(store, undefined);
  });

  it('tells no secret of its script, whoever says it', async () => {
    const { store, run, states } = await setUp();
    const script = { shell: 'exit 0', secretEnv: { PIN: '4711' } };
    const daemon = async () => {
      const cause = Object.assign(new Error('refused 4711'), { cmd: 'login -p 4711' });
      throw new WarmdockError('UNAVAILABLE', 'login with 4711', { hint: 'not 4711', cause });
    };
    await expect(run({ script, daemon })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'login with ***',
      hint: 'not ***',
      cause: { message: 'refused ***', cmd: 'login -p ***' },
    });
    expect(JSON.stringify(states)).not.toContain('4711');
    expect(await readFile(buildPaths(store.root, project).state, 'utf8')).not.toContain('4711');
  });

  it('keeps the secrets of its script out of the log of its daemon', async () => {
    const { run } = await setUp();
    const script = { shell: 'exit 0', secretEnv: { PIN: '4711' } };
    const say = 'printf "auth 47"; sleep 0.05; echo 11 >&2; exit 1';
    const daemon = dockerdLauncher({ command: ['sh', '-c', say] });
    const error = await run({ script, daemon }).catch((thrown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('auth ***') });
    const path = /(\S+daemon\.log)/.exec(error.hint)?.[1] ?? '';
    expect(await readFile(path, 'utf8')).toBe('auth ***\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('whose daemon does not end in order is not promoted', async () => {
    const { store, daemon, run } = await setUp();
    await expect(
      run({
        daemon: async (clone, options) => ({
          ...(await daemon.launch(clone, options)),
          stop: () => Promise.reject(new Error('had to be killed')),
        }),
      }),
    ).rejects.toThrow('had to be killed');
    await expectUntouched(store, undefined);
  });

  it('whose script notices first that the daemon died tells of the daemon: UNAVAILABLE', async () => {
    const { store, daemon, run } = await setUp();
    const running = run({
      script: { shell: 'exit 1' },
      daemon: async (clone, options) => ({
        ...(await daemon.launch(clone, options)),
        host: 'unix:///nowhere/docker.sock',
        ended: new Promise((resolve) => setTimeout(resolve, 100)),
      }),
    });
    await expect(running).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the daemon ended while the start-up script ran'),
    });
    await expectUntouched(store, undefined);
  });

  it('whose daemon dies ends its script at once: UNAVAILABLE', async () => {
    const { store, daemon, run } = await setUp();
    const running = run({
      script: { shell: 'sleep 60' },
      daemon: async (clone, options) => ({
        ...(await daemon.launch(clone, options)),
        ended: new Promise((resolve) => setTimeout(resolve, 100)),
      }),
    });
    await expect(running).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the daemon ended while the start-up script ran'),
    });
    await expectUntouched(store, undefined);
  });

  it('keeps the logs of the last builds', async () => {
    const { store, run } = await setUp({ keepLogs: 2, script: { shell: 'echo said; exit 1' } });
    for (let build = 0; build < 3; build++) await run().catch(() => {});
    const logs = await readdir(buildPaths(store.root, project).logs);
    expect(logs).toHaveLength(2);
  });

  it.each(['../other', '', 'a/b', '.'])('of a project named %j is refused', async (name) => {
    const { run } = await setUp({ project: name });
    await expect(run()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a state that was lost', () => {
  it('reads as failed, and the next build writes it anew', async () => {
    const { store, run, status } = await setUp();
    await run();
    await writeFile(buildPaths(store.root, project).state, '');
    expect(await status()).toMatchObject({
      status: 'failed',
      promotion: 'none',
      lastError: { code: 'CONFLICT', message: expect.stringContaining('build.json') },
    });
    await run();
    expect(await status()).toMatchObject({ status: 'ready', generation: 2 });
  });
});

describe('a golden build whose process was killed', () => {
  const dead = { ...ownerOfThisProcess(), startTime: '1' };

  /** What a build of a process that is dead left. */
  async function leave(store: GoldenStore, change: Partial<BuildState>) {
    const buildId = newBuildId();
    const session = sessionOf(buildId);
    const paths = buildPaths(store.root, project);
    await store.clone({ project, session, allowEmpty: true });
    const logs = { logPath: paths.logs, daemonLogPath: paths.logs };
    const state: BuildState = {
      ...{
        format: 1,
        status: 'building',
        promotion: 'none',
        phase: 'running',
        buildId,
        owner: dead,
      },
      ...{ startedAt: new Date().toISOString(), ...logs, ...change },
    };
    await writeJson(paths.state, state);
    return { buildId, session };
  }

  it('reads as failed, and the next one cleans up after it', async () => {
    const { store, run, status } = await setUp();
    const { session } = await leave(store, {});
    expect(await status()).toMatchObject({
      status: 'failed',
      promotion: 'none',
      lastError: { message: expect.stringContaining('its process ended while it was running') },
    });
    expect((await status()).phase).toBeUndefined();
    expect((await store.list()).sessions.map((left) => left.session)).toEqual([session]);
    await run();
    await expectUntouched(store, 'built\n');
  });

  it('reads as failed in another pid namespace only when its lock is free', async () => {
    const { store, run, status } = await setUp();
    const elsewhere = { ...dead, pidNamespace: 'pid:[1]' };
    const { shell, open } = await gatedScript();
    const running = run({ script: { shell } });
    await until(async () => (await status()).phase === 'running');
    await leave(store, { owner: elsewhere });
    expect(await status()).toMatchObject({ status: 'building' });
    await open();
    await running;
    await leave(store, { owner: elsewhere });
    expect(await status()).toMatchObject({ status: 'failed' });
  });

  it('while it promoted has promoted when its generation is there', async () => {
    const { store, status } = await setUp();
    const promoting = { phase: 'promoting', promotion: 'running' } as const;
    const { buildId, session } = await leave(store, promoting);
    expect(await status()).toMatchObject({ status: 'ready', promotion: 'failed' });
    await store.promote({ session, proof: { buildId, exitCode: 0 } });
    expect(await status()).toMatchObject({ status: 'ready', promotion: 'done', generation: 1 });
  });

  it('does not cost a session of another name or project', async () => {
    const { store, run } = await setUp();
    await store.clone({ project, session: 'build-mine', allowEmpty: true });
    await store.clone({ project: 'other', session: sessionOf(newBuildId()), allowEmpty: true });
    await run();
    expect((await store.list()).sessions).toHaveLength(2);
  });
});
