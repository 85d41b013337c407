import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '@warmdock/core';
import { type DaemonLauncher, type ImageStore, openStore } from '@warmdock/golden';
import { printedBy, startEngine, testbedDir, useTestbed } from '@warmdock/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { orchestrator } from './golden-orchestrator.js';

const repository = fileURLToPath(new URL('..', import.meta.url));
const tag = 'golden-example:latest';

/** Daemons of the testbed's kind, on clones. */
function launcher(store: ImageStore): DaemonLauncher {
  return async ({ dataRoot, mounts }) => {
    const engine = await startEngine({ store, dataRoot, mounts });
    return {
      host: engine.host,
      stop: engine.stop,
      [Symbol.asyncDispose]: async () => engine[Symbol.asyncDispose](),
    };
  };
}

function newFolder(): string {
  mkdirSync(testbedDir(), { recursive: true });
  const folder = mkdtempSync(join(testbedDir(), 'example-'));
  onTestFinished(() => void execFileSync('rm', ['-rf', '--one-file-system', folder]));
  return folder;
}

function makeProject(context: string): string {
  mkdirSync(context);
  copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), join(context, 'busybox'));
  const lines = ['FROM scratch', 'COPY busybox /bin/busybox', 'COPY source /source'];
  writeFileSync(join(context, 'Dockerfile'), lines.join('\n'));
  writeFileSync(join(context, 'source'), `made for ${context}`);
  return context;
}

it.each(['classic', 'containerd'] as const)(
  'boots sessions with every image present, and what is up to date is not loaded again (%s)',
  async (imageStore) => {
    const { builder, buildkits } = useTestbed();
    const address = buildkits.find(({ name }) => name === 'standalone')?.address ?? builder.address;
    const folder = newFolder();
    const context = makeProject(join(folder, 'project'));
    const store = await openStore(join(folder, 'store'));
    const { prepare, inSession } = orchestrator(store, launcher(imageStore));

    // The start-up script is the example beside this one: it builds, and loads into its daemon.
    const command = ['--import', 'tsx', 'examples/orchestrator.ts', address, context, tag];
    const shell = `node ${command.join(' ')} "$DOCKER_HOST"`;
    const golden = await prepare('app', { shell, cwd: repository });
    expect(golden).toMatchObject({ generation: 1, images: [tag] });

    const read = (host: string) => printedBy(host, tag, ['busybox', 'cat', '/source']);
    const buildIn = async (host: string) => {
      const { load } = await build({ builder: address, engine: host, context, tags: [tag] });
      return { outcome: load.outcome, layersSent: load.layersSent };
    };
    const first = inSession('app', 'one', async (host) => {
      expect(await read(host)).toBe(`made for ${context}`);
      expect(await buildIn(host)).toEqual({ outcome: 'unchanged', layersSent: 0 });
    });
    const second = inSession('app', 'two', read);
    expect(await Promise.all([first, second])).toEqual([undefined, `made for ${context}`]);

    writeFileSync(join(context, 'source'), 'changed');
    await inSession('app', 'three', async (host) => {
      expect(await buildIn(host)).toEqual({ outcome: 'thin', layersSent: 1 });
      expect(await read(host)).toBe('changed');
    });
    expect(await inSession('app', 'four', read)).toBe(`made for ${context}`);
    expect((await store.list()).sessions).toEqual([]);
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  },
);

it('is what the README of @warmdock/golden shows', () => {
  const readme = readFileSync(join(repository, 'packages/golden/README.md'), 'utf8');
  const [, shown = ''] = /```ts\n(.+?)```/s.exec(readme) ?? [];
  expect(shown).toContain('store.clone(');
  expect(readFileSync(join(repository, 'examples/golden-orchestrator.ts'), 'utf8')).toContain(
    shown,
  );
});
