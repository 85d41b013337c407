import { imagesOf, outputOf, runDocker, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ComposeProject } from './compose-projects.js';
import { type Compose, prepare } from './support/project.js';
import { useRemoteBuilder } from './support/remote-builder.js';

const env = useRemoteBuilder();

const service = (name: string) =>
  `  ${name}: { build: { context: ., args: { FOR: ${name} } }, network_mode: none, stop_grace_period: 0s }\n`;

const project: ComposeProject = {
  title: 'two services that run',
  files: {
    'compose.yaml': `services:\n${service('a')}${service('b')}`,
    Dockerfile: `${withShell}\nARG FOR\nLABEL for=$FOR\nCMD ["/bin/busybox", "sleep", "600"]\n`,
    busybox: '',
  },
  images: ['a', 'b'],
};

/** What runs of a project: container and image, by service. */
async function containersOf(host: string, name: string): Promise<Record<string, string[]>> {
  const filter = `label=com.docker.compose.project=${name}`;
  const list = ['container', 'ls', '--quiet', '--no-trunc', '--filter', filter];
  const ids = (await outputOf(runDocker(list, { host }))).trim().split('\n');
  const inspected = JSON.parse(
    await outputOf(runDocker(['container', 'inspect', ...ids], { host })),
  );
  return Object.fromEntries(
    inspected.map(
      ({ Id, Image, Config }: { Id: string; Image: string; Config: ContainerConfig }) => [
        `${name}-${Config.Labels['com.docker.compose.service']}:latest`,
        [Id, Image],
      ],
    ),
  );
}

interface ContainerConfig {
  readonly Labels: Readonly<Record<string, string>>;
}

describe.each<[Compose, 'classic' | 'containerd']>([
  ['compose', 'classic'],
  ['compose', 'containerd'],
  ['oldCompose', 'classic'],
  ['oldCompose', 'containerd'],
])('after a pass for %s into the %s store', (compose, store) => {
  test('its `up` starts what was built, and builds, pulls and recreates nothing', async () => {
    const { host } = useTestbed()[store];
    const { name, run, buildByWarmdock } = prepare(project, { compose, host, env });
    onTestFinished(async () => {
      await run('down', '--timeout', '0');
    });
    const upWithoutBuilds = () => run('up', '--no-build', '--pull', 'never', '--detach');
    expect((await upWithoutBuilds()).exitCode).not.toBe(0);

    await buildByWarmdock();
    const images = await imagesOf(host, name);
    const started = await upWithoutBuilds();
    expect(started).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Started') });
    const containers = await containersOf(host, name);
    expect(Object.keys(containers).sort()).toEqual([`${name}-a:latest`, `${name}-b:latest`]);
    for (const [image, [, id]] of Object.entries(containers)) expect(id).toBe(images[image]);

    const again = await run('up', '--detach');
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Running') });
    expect(`${again.stdout}${again.stderr}`).not.toMatch(/Buil[dt]|Recreate|level=warning/);
    expect(await containersOf(host, name)).toEqual(containers);
    expect(await imagesOf(host, name)).toEqual(images);
  });
});
