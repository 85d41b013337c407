import { randomUUID } from 'node:crypto';
import { importBaseImage, outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from '../../src/engine/engine.js';

describe.each(['classic', 'containerd'] as const)('containers of the %s store', (store) => {
  const daemon = useTestbed()[store];
  const engine = connectEngine(daemon.host);
  const docker = (...args: string[]) => outputOf(runDocker(args, { host: daemon.host }));
  beforeAll(() => importBaseImage(daemon));

  /** A container with an anonymous volume; both are gone when the test ends. */
  async function containerOf(...command: string[]) {
    const name = `warmdock-${randomUUID()}`;
    const options = ['--network', 'none', '--volume', '/left', '--restart', 'always'];
    await docker(...command, '--name', name, ...options, 'busybox:test', 'sleep', '600');
    onTestFinished(async () => {
      await runDocker(['rm', '--force', '--volumes', name], { host: daemon.host });
    });
    const format = '{{.Id}} {{(index .Mounts 0).Name}}';
    const [id = '', volume = ''] = (await docker('inspect', '--format', format, name))
      .trim()
      .split(' ');
    return { id, name, volume };
  }

  it('are listed, running or not', async () => {
    const running = await containerOf('run', '--detach');
    const created = await containerOf('create');
    const listed = await engine.listContainers();
    for (const [{ id, name }, state] of [
      [running, 'running'],
      [created, 'created'],
    ] as const)
      expect(listed).toContainEqual({ id, names: [name], image: 'busybox:test', state });
  });

  it('are removed with their anonymous volumes, by force also when they run', async () => {
    const { id, name, volume } = await containerOf('run', '--detach');
    await expect(engine.removeContainer(name)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await docker('volume', 'ls', '--quiet')).toContain(volume);
    expect(await engine.removeContainer(id, { force: true, volumes: true })).toBe(true);
    expect((await engine.listContainers()).map((container) => container.id)).not.toContain(id);
    expect(await docker('volume', 'ls', '--quiet')).not.toContain(volume);
    expect(await engine.removeContainer(id, { force: true })).toBe(false);
  });
});
