import { readFileSync } from 'node:fs';
import { type Command, type TimeOptions, timeCommand } from '../measure/time-command.js';

/** What one run of a command took. */
export interface Cost {
  wallMs: number;
  /** Of all processors, user and system. */
  cpuMs: number;
  peakBytes: number;
  /** The number on its last line, for commands that take the time of a part of their work. */
  partMs: number;
}

/** The kernel counts processor time in these, whatever the processor (`USER_HZ`). */
const tickMs = 10;

/** Runs a command while no other child of this process does. */
export async function costOf(command: Command, options: TimeOptions): Promise<Cost> {
  const before = childrenTicks();
  const timed = await timeCommand(command, { ...options, memory: true });
  const cpuMs = (childrenTicks() - before) * tickMs;
  const { wallMs, peakBytes, lastLines } = timed;
  return { wallMs, cpuMs, peakBytes, partMs: Number(lastLines.trim().split('\n').at(-1)) };
}

/** Processor time of the children that have ended (`cutime` and `cstime` of proc(5)). */
function childrenTicks(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[13]) + Number(fields[14]);
}
