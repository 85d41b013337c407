import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { removeFolder } from './file-systems/unmount-below.js';
import type { TestbedInfo } from './info.js';
import { ensureRootfs } from './rootfs/rootfs.js';
import { isHeld, lockPath, readTestbed, supervisorLogPath, supervisorPid } from './state.js';

const supervisor = fileURLToPath(new URL('supervisor.ts', import.meta.url));
const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 25;

export interface UpOptions {
  /** `detached` outlives this process; `owned` stops with it, however it ends. */
  ownership: 'detached' | 'owned';
  /** Where engines keep their data, default `memory`; times are those of a real machine on `disk` alone. */
  data?: 'memory' | 'disk';
  say?: (line: string) => void;
}

/** Starts the testbed in `dir`, or finds it running; resolves when every engine answers. */
export async function testbedUp(dir: string, options: UpOptions): Promise<TestbedInfo> {
  if (process.getuid?.() !== 0) throw new Error('the testbed needs root: namespaces and mounts');
  await ensureRootfs(options.say);
  const child = isHeld(dir) ? undefined : spawnSupervisor(dir, options);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const info = readTestbed(dir);
    if (info !== undefined) return info;
    // Ours may have found the lock taken by another's; that one then brings the testbed up.
    const ended = child?.exitCode !== null && !isHeld(dir);
    if (ended || Date.now() > deadline) throw startFailure(dir);
    await sleep(POLL_MS);
  }
}

/** Stops the testbed in `dir` and removes its folder; does nothing when none runs. */
export async function testbedDown(dir: string): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  let told = false;
  while (isHeld(dir)) {
    const pid = supervisorPid(dir);
    if (pid !== undefined && !told) {
      process.kill(pid, 'SIGTERM');
      told = true;
    }
    if (Date.now() > deadline) throw new Error(`testbed in ${dir} (pid ${pid}) does not stop`);
    await sleep(POLL_MS);
  }
  await removeFolder(dir);
}

/** The lock passes from `flock` to the supervisor and to all that it starts: free means all are gone. */
function spawnSupervisor(dir: string, { ownership, data = 'memory' }: UpOptions): ChildProcess {
  mkdirSync(dirname(dir), { recursive: true });
  const log = openSync(supervisorLogPath(dir), 'a');
  const owned = ownership === 'owned';
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const locked = ['--no-fork', '--nonblock', lockPath(dir)];
  const node = [process.execPath, '--import', tsx, supervisor, dir, ownership, data];
  const child = spawn('flock', [...locked, ...node], {
    detached: !owned,
    stdio: [owned ? 'pipe' : 'ignore', log, log],
  });
  closeSync(log);
  // Neither keeps an owner alive that has nothing else to do; its end closes the pipe.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

function startFailure(dir: string): Error {
  const log = supervisorLogPath(dir);
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-40).join('\n');
  return new Error(`the testbed in ${dir} did not start; end of ${log}:\n${tail}`);
}
