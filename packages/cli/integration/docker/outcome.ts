import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeImage, runCommand, useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { loadedImage } from '../support/loaded-image.js';
import { temporaryFolder } from '../support/project.js';
import { comparableMetadata } from './comparable-metadata.js';
import { builder } from './docker-and-shim.js';
import type { ParityCase } from './parity-cases.js';

/** What a command line left behind on one side, with nothing in it that has to differ. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  /** With the containerd store those of all manifests, as `loadedImage` names them. */
  readonly imageId: string | undefined;
  readonly files: Readonly<Record<string, unknown>>;
}

export interface Place {
  readonly cwd: string;
  /** With the side's PATH; without DOCKER_HOST the image is looked for in the daemon with the classic store. */
  readonly env: Readonly<Record<string, string>>;
  /** What further words of the line stand for. */
  readonly words?: Readonly<Record<string, string>>;
}

const oldFiles = ['iid', 'metadata'];

/** Runs the line under a name and with a folder of its own. */
export async function outcomeOf(
  { line, stdin, env: given }: Pick<ParityCase, 'line' | 'stdin' | 'env'>,
  { cwd, env, words = {} }: Place,
): Promise<{ readonly outcome: Outcome; readonly stderr: string }> {
  const tag = `parity-${randomBytes(6).toString('hex')}`;
  const out = temporaryFolder();
  if (line.includes('OLD/')) for (const name of oldFiles) writeFileSync(join(out, name), '{}');
  const command = Object.entries({
    TAG: tag,
    OUT: out,
    OLD: out,
    BUILDER: builder,
    ...words,
  }).reduce((text, [word, meaning]) => text.replaceAll(word, meaning), line);
  const { exitCode, stdout, stderr } = await runCommand(
    ['/bin/sh', '-c', `exec docker ${command}`],
    {
      cwd,
      env: { ...env, ...given },
      ...(stdin !== undefined && { input: stdin }),
    },
  );
  const { DOCKER_HOST: host = useTestbed().classic.host } = env;
  const image = await loadedImage(host, tag);
  onTestFinished(async () => {
    if (image) await removeImage(host, image.id);
  });
  const imageId = image?.content.join(' ');
  const neutral = (text: string) => {
    const own = image && imageId ? text.replaceAll(image.id, imageId) : text;
    return own.replaceAll(tag, 'TAG').replaceAll(out, 'OUT');
  };
  const files = readdirSync(out).map((name) => [name, contentOf(name, join(out, name), neutral)]);
  const outcome = { exitCode, stdout: neutral(stdout), imageId, files: Object.fromEntries(files) };
  return { outcome, stderr: neutral(stderr) };
}

function contentOf(name: string, path: string, neutral: (text: string) => string): unknown {
  if (name === 'metadata') return comparableMetadata(neutral(readFileSync(path, 'utf8')));
  return name === 'iid' ? neutral(readFileSync(path, 'utf8')) : 'there';
}
