import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runDocker, useTestbed } from '@warmdock/testkit';
import { afterAll, expect, it } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'warmdock-example-'));
const script = fileURLToPath(new URL('compose.ts', import.meta.url));
const name = `example-${process.pid}`;

afterAll(async () => {
  const images = ['a', 'b'].map((service) => `${name}-${service}`);
  await runDocker(['rmi', ...images], { host: useTestbed().classic.host });
  rmSync(work, { recursive: true });
});

/** Docker's configuration with a compose that runs here as the rootfs's own. */
function configWithCompose(): string {
  const { prefix, compose } = useTestbed().clients;
  const plugin = join(work, 'config/cli-plugins/docker-compose');
  mkdirSync(join(work, 'config/cli-plugins'), { recursive: true });
  const words = [...prefix, compose].map((word) => `'${word}'`);
  writeFileSync(plugin, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(plugin, 0o755);
  return join(work, 'config');
}

function build(dockerfile: string) {
  const { builder, classic } = useTestbed();
  const services = 'services: { a: { build: { context: . } }, b: { build: { context: . } } }';
  writeFileSync(join(work, 'compose.yaml'), `name: ${name}\n${services}\n`);
  writeFileSync(join(work, 'Dockerfile'), dockerfile);
  const env = { ...process.env, DOCKER_HOST: classic.host, DOCKER_CONFIG: configWithCompose() };
  const args = ['--import', 'tsx', script, builder.address, work];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  return { lines: stdout.trimEnd().split('\n').sort(), stderr, status };
}

it('builds and loads a project, then finds that all is there', () => {
  const dockerfile = `FROM scratch\nCOPY Dockerfile /${name}\n`;
  expect(build(dockerfile)).toMatchObject({
    status: 0,
    lines: [
      expect.stringMatching(/^a: [01] of 1 layers sent$/),
      expect.stringMatching(/^b: [01] of 1 layers sent$/),
    ],
  });
  expect(build(dockerfile)).toMatchObject({
    status: 0,
    lines: ['a: 0 of 1 layers sent', 'b: 0 of 1 layers sent'],
  });
});

it('names the service that cannot be built', () => {
  const { status, stderr } = build('FROM scratch\nCOPY none /\n');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^target [ab]: /);
});
