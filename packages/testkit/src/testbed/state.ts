import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestbedInfo } from './info.js';

export const statePath = (dir: string) => join(dir, 'testbed.json');
export const pidPath = (dir: string) => join(dir, 'supervisor.pid');
/** Beside the folder, not in it: both outlive its removal. */
export const lockPath = (dir: string) => `${dir}.lock`;
export const supervisorLogPath = (dir: string) => `${dir}.log`;

/** Does a supervisor hold this testbed, starting, running or stopping? */
export function isHeld(dir: string): boolean {
  const lock = lockPath(dir);
  return existsSync(lock) && spawnSync('flock', ['--nonblock', lock, 'true']).status !== 0;
}

/** The testbed in `dir`, or undefined when none is ready there. */
export function readTestbed(dir: string): TestbedInfo | undefined {
  const info = readState(dir);
  return info !== undefined && isSupervisor(info.supervisorPid, dir) ? info : undefined;
}

/** The process id of the supervisor of `dir`, also while it is starting. */
export function supervisorPid(dir: string): number | undefined {
  const pid = Number(readText(pidPath(dir)));
  return pid > 0 && isSupervisor(pid, dir) ? pid : undefined;
}

/** Process ids are used again: look whose it is. */
function isSupervisor(pid: number, dir: string): boolean {
  const argv = readText(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
  return argv.includes(dir) && argv.some((argument) => argument.endsWith('supervisor.ts'));
}

function readState(dir: string): TestbedInfo | undefined {
  const text = readText(statePath(dir));
  return text === undefined ? undefined : JSON.parse(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
