import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeContext, runDocker, useTestbed } from '@warmdock/testkit';
import { afterAll, expect, it } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'warmdock-example-'));
const script = fileURLToPath(new URL('orchestrator.ts', import.meta.url));
const tag = `example-${process.pid}:latest`;

afterAll(async () => {
  const { classic, containerd } = useTestbed();
  for (const { host } of [classic, containerd]) await runDocker(['rmi', tag], { host });
  rmSync(work, { recursive: true });
});

it('brings one build into daemons of both stores, and says what each one lacked', () => {
  const { builder, classic, containerd } = useTestbed();
  const context = makeContext(join(work, 'app'), { layers: 2, layerBytes: 1000 });
  const run = () => {
    const args = [script, builder.address, context, tag, classic.host, containerd.host];
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', ...args], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return stdout.trimEnd().split('\n');
  };
  expect(run()).toEqual([
    expect.stringMatching(new RegExp(`^${classic.host}: (full|thin), \\d of 3 layers in \\d+ ms$`)),
    expect.stringMatching(
      new RegExp(`^${containerd.host}: (full|thin), \\d of 3 layers in \\d+ ms$`),
    ),
  ]);
  expect(run()).toEqual([
    expect.stringMatching(new RegExp(`^${classic.host}: unchanged, 0 of 3 layers in \\d+ ms$`)),
    expect.stringMatching(new RegExp(`^${containerd.host}: unchanged, 0 of 3 layers in \\d+ ms$`)),
  ]);
});
