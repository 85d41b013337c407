import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand, runDocker, useTestbed } from '@warmdock/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { imageIdOf, temporaryFolder, withShell } from '../support/project.js';
import { comparableMetadata } from './comparable-metadata.js';
import { type ParityCase, parityCases } from './parity-cases.js';
import { builder, folderIn, type Side, useSides } from './sides.js';

const runWithSecret = 'RUN --mount=type=secret,id=s --network=none cp /run/secrets/s /copy';

const files = {
  Dockerfile: [
    'FROM scratch AS base',
    'ARG WHO=nobody',
    'LABEL who=$WHO',
    'COPY file /file',
    'FROM base AS more',
    'COPY other /other',
    'FROM base AS last',
    'COPY sub /sub',
  ].join('\n'),
  'other.Dockerfile': 'FROM scratch\nCOPY other /x\n',
  'warn.Dockerfile': 'from scratch as Upper\nCOPY file /warned\n',
  'broken.Dockerfile': 'FROM scratch\nCOPPY file /x\n',
  'missing-file.Dockerfile': 'FROM scratch\nCOPY nothing /x\n',
  'failing.Dockerfile': `${withShell}\nRUN --network=none echo so far; exit 3\n`,
  'secret.Dockerfile': `${withShell}\n${runWithSecret}\n`,
  'context.Dockerfile': 'FROM scratch\nCOPY --from=extra inner /inner\n',
  '.dockerignore': 'ignored\n',
  file: 'file',
  other: 'other',
  ignored: 'ignored',
};

/** What a side of a case left behind, with nothing in it that has to differ. */
interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly imageId: string | undefined;
  readonly files: Readonly<Record<string, unknown>>;
}

const sides = useSides();
let project: string;

beforeAll(() => {
  project = folderIn(sides.home, 'project');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(project, name), content);
  copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), join(project, 'busybox'));
  chmodSync(join(project, 'busybox'), 0o755);
  mkdirSync(join(project, 'sub'));
  writeFileSync(join(project, 'sub/Dockerfile'), 'FROM scratch\nCOPY . /\n');
  writeFileSync(join(project, 'sub/inner'), 'inner');
});

/** Runs the line on one side, under a name and with a folder of its own. */
async function outcomeOf({ line, stdin, ...given }: ParityCase, side: Side) {
  const tag = `parity-${randomBytes(6).toString('hex')}`;
  const out = temporaryFolder();
  const words = line.replaceAll('TAG', tag).replaceAll('OUT', out).replaceAll('BUILDER', builder);
  const { exitCode, stdout, stderr } = await runCommand(['/bin/sh', '-c', `exec docker ${words}`], {
    cwd: project,
    env: { ...sides.env, WHO: 'me', ...given.env, PATH: sides.paths[side] },
    ...(stdin !== undefined && { input: stdin }),
  });
  const { host } = useTestbed().classic;
  const imageId = await imageIdOf(host, tag);
  onTestFinished(async () => {
    if (imageId) await runDocker(['image', 'rm', '--force', imageId], { host });
  });
  const neutral = (text: string) => text.replaceAll(tag, 'TAG').replaceAll(out, 'OUT');
  const outcome: Outcome = {
    exitCode,
    stdout: neutral(stdout),
    imageId,
    files: Object.fromEntries(
      readdirSync(out).map((name) => [name, contentOf(name, join(out, name), neutral)]),
    ),
  };
  return { outcome, stderr: neutral(stderr) };
}

function contentOf(name: string, path: string, neutral: (text: string) => string): unknown {
  if (name === 'metadata') return comparableMetadata(neutral(readFileSync(path, 'utf8')));
  return name === 'iid' ? readFileSync(path, 'utf8') : 'there';
}

describe('the shim does what docker does', () => {
  test.each(parityCases)('docker $line', async (each) => {
    const real = await outcomeOf(each, 'real');
    const shim = await outcomeOf(each, 'shim');
    expect(shim.outcome, `${real.stderr}\n---\n${shim.stderr}`).toEqual(real.outcome);
    const { stderr } = await outcomeOf(
      { ...each, env: { ...each.env, WARMDOCK: each.env?.WARMDOCK ?? 'explain' } },
      'shim',
    );
    if (each.env?.WARMDOCK === 'off') expect(shim.stderr).toBe(real.stderr);
    else expect(stderr).toMatch(each.ours ? /^warmdock: building/m : /^warmdock: .*left to/m);
  });
});
