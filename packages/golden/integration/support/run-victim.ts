import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('victim.ts', import.meta.url));
const repository = fileURLToPath(new URL('../../../..', import.meta.url));

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
export function startVictim(root: string, words: string, step = '', count = 1): Victim {
  const args = ['--import', 'tsx', program, root, words, step, String(count)];
  const child = spawn(process.execPath, args, {
    cwd: repository,
    env: { ...process.env, TSX_TSCONFIG_PATH: `${repository}/tsconfig.json` },
  });
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

export function runVictim(root: string, words: string, step?: string, count?: number) {
  return startVictim(root, words, step, count).ended;
}
