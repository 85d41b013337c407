import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runFolder } from '../../src/builds/daemon/run-folder.js';
import {
  type BuildStatus,
  type GoldenBuildContext,
  type GoldenBuildRequest,
  type GoldenStore,
  openStore,
  readBuildStatus,
  runGoldenBuild,
} from '../../src/index.js';
import { bundled } from '../support/bundled.js';
import { scriptTools, testDockerd, usersOf } from '../support/golden-builds.js';
import { listingOf } from '../support/listing.js';
import { runVictim } from '../support/run-victim.js';
import { newFolder } from '../support/store-folder.js';

const project = 'app';

/** A store with a golden of one image, and what a script needs to build on it. */
async function setUp() {
  const root = join(newFolder(), 'store');
  const store = await openStore(root);
  const tools = await scriptTools();
  const build = (
    shell: string,
    options: Partial<GoldenBuildRequest> = {},
    context: GoldenBuildContext = {},
  ) => {
    const script = { shell: `${tools}${shell}` };
    const daemon = testDockerd('classic');
    return runGoldenBuild({ store, project, daemon, script, ...options }, context);
  };
  await build('load app:v1');
  const golden = () =>
    ['projects/app/generations/000001/tree', 'layers'].map((at) => listingOf(join(root, at)));
  const before = golden();
  const expectUntouched = async () => {
    expect(usersOf(root)).toEqual([]);
    expect((await store.list()).sessions).toEqual([]);
    expect(readdirSync(join(root, 'sessions'))).toEqual([]);
    expect((await store.inspect({ project })).current).toBe(1);
    expect(golden()).toEqual(before);
    expect(await store.verify({ project, deep: true })).toMatchObject({ problems: [] });
  };
  return { root, store, tools, build, expectUntouched };
}

const busy = `
  load app:v2
  docker run --detach --network none --restart always app:v2 sleep 600
  docker volume create left
`.trim();

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 50_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so after 50 s: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The session that a build works in. */
async function buildSession(store: GoldenStore) {
  const [session] = (await store.list()).sessions;
  if (!session) throw new Error('no build is under way');
  return session;
}

describe('a golden build on a real daemon', () => {
  it('whose script fails leaves the golden, and tells its exit code and last lines', async () => {
    const { store, build, expectUntouched } = await setUp();
    await expect(build(`${busy}; echo no migrations; exit 42`)).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      exitCode: 42,
      logTail: expect.stringMatching(/no migrations$/),
    });
    expect(await readBuildStatus(store, project)).toMatchObject({
      status: 'failed',
      promotion: 'none',
      generation: 1,
      lastError: { code: 'BUILD_FAILED', exitCode: 42 },
    });
    await expectUntouched();
    expect(await build('docker tag app:v1 app:v3')).toMatchObject({ generation: 2 });
  });

  it.each(['cloning', 'starting', 'running', 'quiescing'] as const)(
    'that is cancelled while %s leaves no process, no mount, no session',
    async (phase) => {
      const { store, root, build, expectUntouched } = await setUp();
      const controller = new AbortController();
      const marker = join(root, '..', 'busy');
      const onState = (state: BuildStatus) => {
        if (state.phase !== phase) return;
        if (phase !== 'running') setTimeout(() => controller.abort(), 50);
        else void until(() => existsSync(marker)).then(() => controller.abort());
      };
      const script = `${busy}; touch ${marker}; [ ${phase} != running ] || sleep 600`;
      const running = build(script, {}, { signal: controller.signal, onState });
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await readBuildStatus(store, project)).toMatchObject({
        status: 'failed',
        lastError: { code: 'CANCELLED' },
      });
      await expectUntouched();
    },
  );

  it('that is cancelled while promoting promotes', async () => {
    const { root, store, build } = await setUp();
    const controller = new AbortController();
    const onState = ({ phase }: BuildStatus) => {
      if (phase === 'promoting') controller.abort();
    };
    const signal = controller.signal;
    expect(await build('load app:v2', {}, { signal, onState })).toMatchObject({ generation: 2 });
    expect(usersOf(root)).toEqual([]);
    expect(await store.verify({ project, deep: true })).toMatchObject({ problems: [] });
  });

  it('that takes too long is ended with all that it runs', async () => {
    const { build, expectUntouched } = await setUp();
    const running = build(`${busy}; sleep 600`, { timeoutMs: 4_000 });
    await expect(running).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expectUntouched();
  });

  it('ends what its script left in the background before it looks at what is there', async () => {
    const { root, store, build } = await setUp();
    const marker = join(root, '..', 'marker');
    await build(`
      docker events >/dev/null &
      (sleep 1; touch ${marker}; docker tag app:v1 late:v1) &
      setsid sh -c 'while :; do sleep 0.1; done' &
      docker run --detach --network none --restart always app:v1 sleep 600
    `);
    expect(usersOf(root)).toEqual([]);
    expect(existsSync(marker)).toBe(false);
    const { generations } = await store.inspect({ project });
    expect(generations.at(-1)?.images).toEqual(['app:v1', 'base:test']);
  });

  it('whose daemon is killed ends its script, and fails', async () => {
    const { store, build, expectUntouched } = await setUp();
    const running = build(`${busy}; sleep 600`);
    const failed = expect(running).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the daemon ended while the start-up script ran'),
    });
    await until(async () => (await readBuildStatus(store, project)).phase === 'running');
    const { dataRoot } = await buildSession(store);
    process.kill(pidOfDockerd(dataRoot), 'SIGKILL');
    await failed;
    await expectUntouched();
  });

  it('that another promotion overtakes is built, and not promoted', async () => {
    const { root, store, build } = await setUp();
    const gate = join(root, '..', 'gate');
    const running = build(`load app:v2; until [ -e ${gate} ]; do sleep 0.05; done`);
    await until(async () => (await readBuildStatus(store, project)).phase === 'running');
    await store.clone({ project, session: 'faster' });
    await store.promote({ session: 'faster', proof: { buildId: 'faster', exitCode: 0 } });
    await writeFile(gate, '');
    await expect(running).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await readBuildStatus(store, project)).toMatchObject({
      status: 'ready',
      promotion: 'failed',
      generation: 1,
      lastError: { code: 'CONFLICT' },
    });
    expect((await store.inspect({ project })).current).toBe(2);
    expect((await store.list()).sessions).toEqual([]);
    expect(usersOf(root)).toEqual([]);
  });

  it('whose daemon does not come up tells its last words', async () => {
    const { build, expectUntouched } = await setUp();
    const daemon = testDockerd('classic', { args: ['--log-level=nonsense'] });
    await expect(build('true', { daemon })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('nonsense'),
    });
    await expectUntouched();
  });

  it.each(['starting', 'running', 'quiescing'])(
    'whose process is killed while %s takes daemon and script with it; the next build cleans up',
    async (phase) => {
      const { root, store, tools, build, expectUntouched } = await setUp();
      const shell = `${tools}${busy}; ${phase === 'running' ? 'touch "$0"; sleep 600' : 'true'}`;
      const marker = join(root, '..', 'busy');
      const args = [root, useTestbed().rootfs, shell.replace('"$0"', marker)];
      const child = spawn(process.execPath, [await bundled('run-build'), ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const ended = once(child, 'exit');
      child.stdout.on('data', (text: Buffer) => {
        if (phase !== 'running' && `${text}`.includes(phase)) child.kill('SIGKILL');
      });
      if (phase === 'running') {
        await until(() => existsSync(marker));
        child.kill('SIGKILL');
      }
      expect((await ended)[1]).toBe('SIGKILL');
      await until(() => usersOf(root).length === 0);
      expect(await readBuildStatus(store, project)).toMatchObject({
        status: 'failed',
        lastError: { message: expect.stringContaining(`its process ended while it was ${phase}`) },
      });
      const { dataRoot } = await buildSession(store);
      await expect(build('exit 5')).rejects.toMatchObject({ exitCode: 5 });
      expect(existsSync(runFolder(dataRoot))).toBe(false);
      await expectUntouched();
      expect(await build('docker image inspect app:v1')).toMatchObject({ generation: 2 });
    },
  );
});

describe('a golden on a real daemon', () => {
  it.each([
    ['promote:take', 'containerd'],
    ['promote:seal', 'classic'],
    ['promote:publish', 'classic'],
  ] as const)(
    'whose promotion was killed after %s runs, of the %s store',
    async (step, imageStore) => {
      const root = join(newFolder(), 'store');
      const store = await openStore(root);
      const tools = await scriptTools();
      const daemon = testDockerd(imageStore);
      const build = (shell: string) =>
        runGoldenBuild({ store, project, daemon, script: { shell: `${tools}${shell}` } });
      await build('load app:v1');
      const clone = await store.clone({ project, session: 'next' });
      {
        const signal = new AbortController().signal;
        await using running = await daemon(clone, { signal, logPath: join(root, '../log') });
        await outputOf(runDocker(['tag', 'app:v1', 'app:v2'], { host: running.host }));
        await running.stop();
      }
      expect((await runVictim(root, 'promote next', step)).signal).toBe('SIGKILL');
      await openStore(root);
      const run = 'docker run --rm --network none app:v2 echo alive';
      const built = await build(`${run}; docker save app:v2 | wc -c`);
      expect(built).toMatchObject({ generation: 3, images: ['app:v1', 'app:v2', 'base:test'] });
      expect(await readFile(built.logPath, 'utf8')).toMatch(/^alive\n\d{7,}\n$/);
      expect((await store.verify({ project, deep: true })).problems).toEqual([]);
    },
  );
});

/** As the host numbers it. */
function pidOfDockerd(dataRoot: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    try {
      const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return program === 'dockerd' && args.includes(`--data-root=${dataRoot}`);
    } catch {
      return false;
    }
  });
  if (!found) throw new Error(`no dockerd on ${dataRoot}`);
  return Number(found);
}
