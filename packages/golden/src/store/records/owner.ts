import { readFileSync, readlinkSync } from 'node:fs';
import { z } from 'zod';

/** Identifies a process, also after its pid is reused or the machine restarted. */
export const ownerSchema = z.strictObject({
  pid: z.int().positive(),
  /** Clock ticks from the boot to its start. */
  startTime: z.string().min(1),
  bootId: z.string().min(1),
  pidNamespace: z.string().min(1),
});

export type Owner = z.infer<typeof ownerSchema>;

export function ownerOfThisProcess(): Owner {
  const { startTime } = statOf('self');
  return { pid: process.pid, startTime, bootId: bootId(), pidNamespace: pidNamespace() };
}

/** `unknown` for a process of another pid namespace of this boot: it cannot be seen from here. */
export function stateOfOwner(owner: Owner): 'alive' | 'dead' | 'unknown' {
  if (owner.bootId !== bootId()) return 'dead';
  if (owner.pidNamespace !== pidNamespace()) return 'unknown';
  return isRunning(owner) ? 'alive' : 'dead';
}

function isRunning({ pid, startTime }: Owner): boolean {
  try {
    const stat = statOf(pid);
    return stat.startTime === startTime && !stat.hasEnded;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

/** See proc(5). The second field is the program's name, which may hold spaces and parentheses. */
function statOf(pid: number | 'self'): { startTime: string; hasEnded: boolean } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { startTime: fields[18] ?? '', hasEnded: 'ZXx'.includes(state) };
}

/** Identifies the machine's boot: the same in all namespaces. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}
