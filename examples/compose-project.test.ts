import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDockerConfig, outputOf, runCommand, runDocker, useTestbed } from '@warmdock/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const project = fileURLToPath(new URL('compose-project', import.meta.url));
const shim = fileURLToPath(new URL('../packages/cli/bin/docker', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'warmdock-example-'));
const env: Record<string, string> = {
  HOME: home,
  COMPOSE_PROJECT_NAME: `example-${process.pid}`,
  BUILDX_BUILDER: 'shared',
};

beforeAll(async () => {
  const { builder, classic, clients } = useTestbed();
  env.DOCKER_HOST = classic.host;
  env.DOCKER_CONFIG = await makeDockerConfig(join(home, 'config'), {
    cliPluginsExtraDirs: [join(home, 'plugins')],
  });
  env.PATH = [folderIn('shim'), folderIn('real'), dirname(process.execPath), '/usr/bin:/bin'].join(
    ':',
  );
  symlinkSync(shim, join(home, 'shim/docker'));
  wrap(join(home, 'real/docker'), clients.docker);
  // Compose and the shim start plugins themselves.
  wrap(join(folderIn('plugins'), 'docker-compose'), clients.compose);
  wrap(join(folderIn('plugins'), 'docker-buildx'), clients.buildx);
  const create = ['buildx', 'create', '--name', 'shared', '--driver', 'remote', builder.address];
  await outputOf(runDocker(create, { env }));
  env.BASE = await pushBase();
});
afterAll(async () => {
  await removeImages();
  rmSync(home, { recursive: true });
});

/** Makes a client of the testbed a program that runs on this machine. */
function wrap(path: string, client: string): void {
  const words = [...useTestbed().clients.prefix, client].map((word) => `'${word}'`);
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(path, 0o755);
}

/** A busybox in the testbed's registry, in the place of the one that everybody can pull. */
async function pushBase(): Promise<string> {
  const { registry, rootfs } = useTestbed();
  const tag = `${registry.address}/example-busybox:${process.pid}`;
  const context = folderIn('base');
  copyFileSync(join(rootfs, 'usr/bin/busybox'), join(context, 'busybox'));
  const steps = [
    'FROM scratch',
    'COPY --chmod=755 busybox /bin/busybox',
    'RUN ["/bin/busybox", "--install", "/bin"]',
    'ENV PATH=/bin',
  ];
  writeFileSync(join(context, 'Dockerfile'), steps.join('\n'));
  await outputOf(
    runDocker(['buildx', 'build', '--network=none', '--push', '-t', tag, context], { env }),
  );
  return tag;
}

function folderIn(name: string): string {
  mkdirSync(join(home, name), { recursive: true });
  return join(home, name);
}

/** `docker compose build` in the project, as a user would type it. */
function build(variables: Record<string, string> = {}) {
  return runCommand([join(home, 'shim/docker'), 'compose', 'build'], {
    cwd: project,
    env: { ...env, ...variables },
  });
}

/** The ids of the project's images by their names. */
async function images(): Promise<string[]> {
  const format = '{{.Repository}} {{.ID}}';
  const list = await outputOf(runDocker(['images', '--no-trunc', '--format', format], { env }));
  return list
    .split('\n')
    .filter((line) => line.startsWith(`${env.COMPOSE_PROJECT_NAME}-`))
    .sort();
}

async function removeImages(): Promise<void> {
  const names = (await images()).map((line) => line.split(' ')[0] ?? '');
  if (names.length > 0) await outputOf(runDocker(['rmi', '--force', ...names], { env }));
}

it('has behind the shim the images that compose itself makes of it', async () => {
  expect(await build({ WARMDOCK: 'off' })).toMatchObject({ exitCode: 0 });
  const theirs = await images();
  expect(theirs).toHaveLength(3);
  await removeImages();

  const ours = await build({ WARMDOCK: 'explain' });
  expect(ours.stderr).toContain('warmdock: building on builder "shared"');
  for (const service of ['web', 'api', 'worker'])
    expect(ours.stderr).toContain(` ${env.COMPOSE_PROJECT_NAME}-${service}  Built\n`);
  expect(ours.exitCode).toBe(0);
  expect(await images()).toEqual(theirs);
});
