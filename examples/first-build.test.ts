import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeContext, runDocker, useTestbed } from '@warmdock/testkit';
import { afterAll, expect, it } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'warmdock-example-'));
const script = fileURLToPath(new URL('first-build.ts', import.meta.url));
const tsx = import.meta.resolve('tsx') || pathToFileURL('tsx').href;

afterAll(async () => {
  const { host } = useTestbed().containerd;
  await runDocker(['rmi', 'app'], { host });
  rmSync(work, { recursive: true });
});

it('builds the current folder, shows the steps, and says what was loaded', () => {
  const { builder, containerd } = useTestbed();
  const cwd = makeContext(join(work, 'app'), { layers: 2, layerBytes: 1000 });
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', tsx, script, builder.address],
    { cwd, encoding: 'utf8', env: { ...process.env, DOCKER_HOST: containerd.host } },
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(/^(full|thin) \d of 3 \{/);
  expect(stderr).toMatch(/^#\d+ \[internal\] load build definition from Dockerfile/m);
});
