import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What a program prints, or that and how it ends. */
export type FakeAnswer = string | { stdout?: string; stderr?: string; exitCode?: number };

export interface FakeProgram {
  /** For options `program`. */
  readonly program: readonly string[];
  /** Its folder. */
  readonly cwd: string;
  /** The words of all calls so far. */
  calls(): string[];
}

/** A program for one test that knows an answer to some words, and fails at all others. */
export function fakeProgram(answers: Readonly<Record<string, FakeAnswer>>): FakeProgram {
  const cwd = mkdtempSync(join(tmpdir(), 'warmdock-program-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const log = join(cwd, 'calls');
  const cases = Object.entries(answers).map(([words, answer]) => {
    const { stdout = '', stderr = '', exitCode = 0 } = asFields(answer);
    return `${quoted(words)}) printf %s ${quoted(stdout)}; printf %s ${quoted(stderr)} >&2; exit ${exitCode};;`;
  });
  const script = [
    `printf '%s\\n' "$*" >> ${quoted(log)}`,
    'case "$*" in',
    ...cases,
    'esac',
    'echo "unknown words: $*" >&2; exit 64',
  ];
  writeFileSync(join(cwd, 'program'), script.join('\n'));
  const calls = () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []);
  return { program: ['sh', join(cwd, 'program')], cwd, calls };
}

function asFields(answer: FakeAnswer) {
  return typeof answer === 'string' ? { stdout: answer } : answer;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
