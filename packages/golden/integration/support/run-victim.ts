import { type ChildProcess, spawn } from 'node:child_process';
import { bundled } from './bundled.js';

export interface VictimEnd {
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  /** The steps that were done. */
  readonly steps: readonly string[];
  readonly stderr: string;
}

export interface Victim {
  readonly process: ChildProcess;
  readonly ended: Promise<VictimEnd>;
}

/** Runs an operation of a store in a process of its own, which dies after the step; see `victim.ts`. */
export async function startVictim(
  root: string,
  words: string,
  step = '',
  count = 1,
): Promise<Victim> {
  const args = [await bundled('victim'), root, words, step, String(count)];
  const child = spawn(process.execPath, args);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const ended = new Promise<VictimEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      const steps = said.stdout.trim().split('\n');
      resolve({ exitCode, signal, steps, stderr: said.stderr });
    });
  });
  return { process: child, ended };
}

export async function runVictim(root: string, words: string, step?: string, count?: number) {
  const victim = await startVictim(root, words, step, count);
  return victim.ended;
}
