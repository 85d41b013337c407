import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, runDocker, useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { imageIdOf, temporaryFolder } from '../support/project.js';
import { comparableMetadata } from './comparable-metadata.js';
import type { ParityCase } from './parity-cases.js';
import { builder } from './sides.js';

/** What a command line left behind on one side, with nothing in it that has to differ. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly imageId: string | undefined;
  readonly files: Readonly<Record<string, unknown>>;
}

export interface Place {
  readonly cwd: string;
  /** With the side's PATH. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the line under a name and with a folder of its own. */
export async function outcomeOf(
  { line, stdin, env: given }: Pick<ParityCase, 'line' | 'stdin' | 'env'>,
  { cwd, env }: Place,
): Promise<{ readonly outcome: Outcome; readonly stderr: string }> {
  const tag = `parity-${randomBytes(6).toString('hex')}`;
  const out = temporaryFolder();
  const words = line.replaceAll('TAG', tag).replaceAll('OUT', out).replaceAll('BUILDER', builder);
  const { exitCode, stdout, stderr } = await runCommand(['/bin/sh', '-c', `exec docker ${words}`], {
    cwd,
    env: { ...env, ...given },
    ...(stdin !== undefined && { input: stdin }),
  });
  const { host } = useTestbed().classic;
  const imageId = await imageIdOf(host, tag);
  onTestFinished(async () => {
    if (imageId) await runDocker(['image', 'rm', '--force', imageId], { host });
  });
  const neutral = (text: string) => text.replaceAll(tag, 'TAG').replaceAll(out, 'OUT');
  const files = readdirSync(out).map((name) => [name, contentOf(name, join(out, name), neutral)]);
  const outcome = { exitCode, stdout: neutral(stdout), imageId, files: Object.fromEntries(files) };
  return { outcome, stderr: neutral(stderr) };
}

function contentOf(name: string, path: string, neutral: (text: string) => string): unknown {
  if (name === 'metadata') return comparableMetadata(neutral(readFileSync(path, 'utf8')));
  return name === 'iid' ? readFileSync(path, 'utf8') : 'there';
}
