import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { withShell } from '../support/project.js';
import { outcomeOf } from './outcome.js';
import { parityCases } from './parity-cases.js';
import { folderIn, type Side, useSides } from './sides.js';

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

const run = (side: Side) => ({
  cwd: project,
  env: { ...sides.env, WHO: 'me', PATH: sides.paths[side] },
});

describe('the shim does what docker does', () => {
  test.each(parityCases)('docker $line', async (each) => {
    const real = await outcomeOf(each, run('real'));
    const shim = await outcomeOf(each, run('shim'));
    expect(shim.outcome, `${real.stderr}\n---\n${shim.stderr}`).toEqual(real.outcome);
    const { stderr } = await outcomeOf(
      { ...each, env: { ...each.env, WARMDOCK: each.env?.WARMDOCK ?? 'explain' } },
      run('shim'),
    );
    if (each.env?.WARMDOCK === 'off') expect(shim.stderr).toBe(real.stderr);
    else expect(stderr).toMatch(each.ours ? /^warmdock: building/m : /^warmdock: .*left to/m);
  });
});
