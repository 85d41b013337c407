import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/index.js';
import { bundled } from '../support/bundled.js';
import { runVictim } from '../support/run-victim.js';
import { makeSmallGolden } from '../support/store-folder.js';

const wanted = { project: 'app', session: 's1' };

/** Clones as in a container: in namespaces of its own, from which and into which no process is seen. */
async function cloneInNamespaces(root: string, step: string, signal: NodeJS.Signals) {
  const victim = [await bundled('victim'), root, 'clone app s1', step, '1', signal];
  const namespaces = ['--pid', '--fork', '--mount-proc', '--net', '--kill-child'];
  const script = '"$@"; echo ended';
  const child = spawn('unshare', [
    ...namespaces,
    'sh',
    '-c',
    script,
    'sh',
    process.execPath,
    ...victim,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function untilLine(child: ChildProcess, wantedLine: string): Promise<void> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) if (line === wantedLine) return;
  throw new Error(`no line ${wantedLine}`);
}

describe.each(['clone:lease', 'clone:tree'])('a clone in other namespaces, after %s', (step) => {
  test('that was killed keeps its name from nobody', async () => {
    const { root, store } = await makeSmallGolden();
    const child = await cloneInNamespaces(root, step, 'SIGKILL');
    await untilLine(child, 'ended');
    expect(readdirSync(join(root, 'sessions'))).toEqual(['.partial-s1']);
    expect(await store.clone(wanted)).toMatchObject({ generation: 1 });
    expect(readdirSync(join(root, 'sessions'))).toEqual(['s1']);
  });

  test('that was killed is removed by a recovery', async () => {
    const { root, store } = await makeSmallGolden();
    const child = await cloneInNamespaces(root, step, 'SIGKILL');
    await untilLine(child, 'ended');
    expect((await store.recover()).actions).toEqual([
      'removed sessions/.partial-s1, whose maker is dead',
    ]);
    expect(readdirSync(join(root, 'sessions'))).toEqual([]);
  });

  test('that lives, even if it does nothing at all, is not robbed', async () => {
    const { root, store } = await makeSmallGolden();
    const child = await cloneInNamespaces(root, step, 'SIGSTOP');
    await untilLine(child, step);
    await expect(store.clone(wanted)).rejects.toMatchObject({ code: 'CONFLICT' });
    const opened = await openStore(root, { mustExist: true });
    expect(opened.repaired).toEqual([]);
    expect((await opened.recover()).actions).toEqual([]);
    expect(readdirSync(join(root, 'sessions'))).toEqual(['.partial-s1']);
    await store.gc({ keep: 0 });
    wake(child);
    await once(child, 'close');
    expect((await store.list()).sessions).toMatchObject([{ session: 's1' }]);
    expect(readdirSync(join(root, 'sessions/s1')).sort()).toEqual(['lease', 'tree']);
  });
});

/** All that it runs, by the ids that they have here. */
function wake({ pid }: ChildProcess): void {
  const script = 'wake() { for p in $(pgrep -P "$1"); do kill -CONT "$p"; wake "$p"; done; }';
  execFileSync('sh', ['-c', `${script}; wake ${pid}`]);
}

test('of many who want the name that a killed clone had, one gets it', async () => {
  const { root, store } = await makeSmallGolden();
  for (let round = 0; round < 3; round++) {
    await runVictim(root, 'clone app s1', 'clone:tree');
    const clones = Array.from({ length: 20 }, () => store.clone(wanted));
    const ends = await Promise.allSettled(clones);
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(failures.map(({ code }) => code)).toEqual(Array(19).fill('CONFLICT'));
    expect(readdirSync(join(root, 'sessions'))).toEqual(['s1']);
    await store.release({ session: 's1' });
  }
});
