import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  cacheDir,
  makeFileSystem,
  outputOf,
  readTestbed,
  runCommand,
  testbedDown,
  testbedUp,
} from '@warmdock/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const packageDir = fileURLToPath(new URL('..', import.meta.url));
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(cacheDir(), 'lifecycle-'));
});
afterEach(async () => {
  await testbedDown(dir);
  for (const path of [dir, `${dir}.lock`, `${dir}.log`])
    await rm(path, { recursive: true, force: true });
});

/** Every process that has a part of the testbed mounted, whoever its parent is. */
function processesOf(testbed: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(testbed);
    } catch {
      return false;
    }
  });
}

async function untilGone(testbed: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (processesOf(testbed).length > 0 && Date.now() < deadline) await sleep(20);
}

/** A process that brings the testbed up as its owner, as vitest does, and then only waits. */
async function startOwner(): Promise<ChildProcess> {
  const script = `${dir}.owner.mts`;
  const library = join(packageDir, 'src/testbed/index.ts');
  await writeFile(
    script,
    `import { testbedUp } from '${library}';
     await testbedUp('${dir}', { ownership: 'owned' });
     setInterval(() => {}, 1000);`,
  );
  const owner = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: packageDir,
    stdio: 'inherit',
  });
  while (readTestbed(dir) === undefined && owner.exitCode === null) await sleep(50);
  await rm(script);
  return owner;
}

/** Stops a detached testbed should this test die (Ctrl-C): its standard input then closes. */
function guard(): ChildProcess {
  const script = 'cat >/dev/null; kill "$(cat "$0/supervisor.pid")"';
  return spawn('sh', ['-c', script, dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
}

describe('a testbed started by hand', () => {
  test('outlives the command that started it, until it is told to stop', async () => {
    const guarding = guard();
    const env = { ...process.env, WARMDOCK_TESTBED_DIR: dir } as Record<string, string>;
    const testbed = (command: string) =>
      runCommand([process.execPath, '--import', 'tsx', 'src/cli/testbed.ts', command], {
        env,
        cwd: packageDir,
      });
    expect(await testbed('status')).toMatchObject({ exitCode: 1 });
    await outputOf(testbed('up'));
    const status = await testbed('status');
    expect(status).toMatchObject({ exitCode: 0 });
    expect(status.stdout).not.toContain('DOWN');
    expect(status.stdout).toContain(readTestbed(dir)?.builder.address);
    await outputOf(testbed('down'));
    expect(processesOf(dir)).toEqual([]);
    guarding.kill();
  });
});

describe('a testbed', () => {
  test('is found, not doubled, by a second start, and leaves nothing behind', async () => {
    const first = await testbedUp(dir, { ownership: 'owned' });
    expect(await testbedUp(dir, { ownership: 'owned' })).toEqual(first);
    expect(processesOf(dir).length).toBeGreaterThanOrEqual(4);

    await testbedDown(dir);
    expect(processesOf(dir)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(dir);
    expect(readTestbed(dir)).toBeUndefined();
  });

  test('unmounts file systems of tests that were killed', async () => {
    await testbedUp(dir, { ownership: 'owned' });
    vi.stubEnv('WARMDOCK_TESTBED_DIR', dir);
    const made = await makeFileSystem({ type: 'ext4', sizeMb: 20 });
    vi.unstubAllEnvs();
    await testbedDown(dir);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(made.dir);
    expect(existsSync(dir)).toBe(false);
  });

  test('is started once when two ask at the same time', async () => {
    const both = [1, 2].map(() => testbedUp(dir, { ownership: 'owned' }));
    const [first, second] = await Promise.all(both);
    expect(first).toEqual(second);
  });

  test('takes all engines down with it when it is killed', async () => {
    const { supervisorPid } = await testbedUp(dir, { ownership: 'owned' });
    process.kill(supervisorPid, 'SIGKILL');
    await untilGone(dir);
    expect(processesOf(dir)).toEqual([]);
    expect(readTestbed(dir)).toBeUndefined();
  });

  test('stops when it is told so while it is still starting', async () => {
    const starting = testbedUp(dir, { ownership: 'owned' }).catch((error: Error) => error);
    while (processesOf(dir).length === 0) await sleep(5);
    await testbedDown(dir);
    expect(processesOf(dir)).toEqual([]);
    await starting;
  });

  test('that cannot start says why, and leaves nothing running', async () => {
    vi.stubEnv('WARMDOCK_TEST_BUILDKITD', '/bin/false');
    const start = testbedUp(dir, { ownership: 'owned' });
    await expect(start).rejects.toThrow('buildkitd ended during its start');
    expect(processesOf(dir)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('a testbed with an owner', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends when %s ends its owner',
    async (signal) => {
      const owner = await startOwner();
      expect(processesOf(dir).length).toBeGreaterThanOrEqual(4);
      owner.kill(signal);
      await untilGone(dir);
      expect(processesOf(dir)).toEqual([]);
    },
  );
});
