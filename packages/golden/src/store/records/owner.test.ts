import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Owner, ownerOfThisProcess, ownerSchema, stateOfOwner } from './owner.js';

const self = ownerOfThisProcess();

/** A process whose name is one that tears apart who splits /proc/PID/stat at spaces. */
async function startProcess() {
  const child = spawn('perl', ['-e', '$0 = "a) Z 1 (b"; print 1; close STDOUT; sleep 60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { child, pid: child.pid as number };
}

/** Field 22 counted from the end, as another way to find it. */
function startTimeOf(pid: number): string {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').trim().split(' ');
  return fields.at(-31) as string;
}

describe('stateOfOwner', () => {
  it('is alive for this process', () => {
    expect(self.pid).toBe(process.pid);
    expect(self.startTime).toBe(startTimeOf(process.pid));
    expect(stateOfOwner(self)).toBe('alive');
  });

  it('is alive for another process, whatever its name, until it ends', async () => {
    const { child, pid } = await startProcess();
    const owner: Owner = { ...self, pid, startTime: startTimeOf(pid) };
    expect(stateOfOwner(owner)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(stateOfOwner(owner)).toBe('dead');
  });

  it('is dead for a process that has ended and that its parent has not asked about', async () => {
    // Its parent is no shell any more when it ends: a shell asks about its children.
    const parent = spawn('sh', ['-c', 'exec 3<&0; cat <&3 & echo $!; exec sleep 60 3<&-']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [printed] = await once(parent.stdout, 'data');
    const pid = Number(printed);
    const owner: Owner = { ...self, pid, startTime: startTimeOf(pid) };
    while (readFileSync(`/proc/${parent.pid}/comm`, 'latin1') !== 'sleep\n') await delay(5);
    parent.stdin.end();
    while (!readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')) await delay(5);
    expect(stateOfOwner(owner)).toBe('dead');
  });

  it.each<[string, Partial<Owner>, string]>([
    ['dead when the id belongs to a later process now', { startTime: '1' }, 'dead'],
    ['dead when there is no such process', { pid: 2 ** 30 }, 'dead'],
    ['dead after a reboot', { bootId: 'another' }, 'dead'],
    ['unknown in another pid namespace', { pidNamespace: 'pid:[1]' }, 'unknown'],
    [
      'dead in another pid namespace before a reboot',
      { pidNamespace: 'pid:[1]', bootId: 'another' },
      'dead',
    ],
  ])('is %s', (_, change, state) => {
    expect(stateOfOwner({ ...self, ...change })).toBe(state);
  });
});

describe('ownerSchema', () => {
  it('takes what was written to JSON', () => {
    expect(ownerSchema.parse(JSON.parse(JSON.stringify(self)))).toEqual(self);
  });

  it.each([
    {},
    { ...self, pid: 0 },
    { ...self, pid: -1 },
    { ...self, pid: 1.5 },
    { ...self, bootId: '' },
    { ...self, more: 1 },
  ])('refuses %j', (value) => {
    expect(ownerSchema.safeParse(value).success).toBe(false);
  });
});
