import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GrpcProxyOptions,
  type ImageStore,
  imageIdOf,
  printedBy,
  solveBefore011,
  startEngine,
  startEngineProxy,
  startFaultProxy,
  startGrpcProxy,
  useTestbed,
  withShell,
} from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { layeredProject, newTag, occupy, projectOf } from '../support/project.js';
import { printedError, programs, runShim, startShim, systemPath } from '../support/shim.js';
import { smallDisk } from '../support/small-disk.js';
import { type DockerAndShim, dockerAndShimOfTest } from './docker-and-shim.js';

const stores: ImageStore[] = ['classic', 'containerd'];
const solve = '/moby.buildkit.v1.Control/Solve';
const content = '/containerd.services.content.v1.Content/';

/** PATH with the shim, and a docker that must not be started: nothing may be built in the shim's stead. */
function shimAlone(sides: DockerAndShim): string {
  const docker = programs({ docker: 'echo docker was started; exit 99' });
  return `${sides.paths.shim.split(':')[0]}:${docker}:${systemPath}`;
}

function shimOf(sides: DockerAndShim) {
  return { program: 'docker', path: shimAlone(sides), env: sides.env };
}

describe('a builder', () => {
  test.each(stores)(
    'that dies in a step (%s store): an error, no other build, and the tag stays',
    async (store) => {
      const { hostname: host, port } = new URL(useTestbed().builder.address);
      const proxy = await startFaultProxy({ target: { host, port: Number(port) } });
      onTestFinished(() => proxy.cut());
      const sides = await dockerAndShimOfTest({ buildkit: proxy, store });
      const tag = newTag(sides.host);
      const before = await occupy(sides.host, tag);
      const mark = randomBytes(6).toString('hex');
      const step = `RUN --network=none echo ${mark}; busybox sleep 60`;
      const context = projectOf({ Dockerfile: `${withShell}\n${step}\n` });
      const run = startShim(['build', '--load', '-t', tag, context], shimOf(sides));
      await printedError(run, new RegExp(`^#\\d+ \\d\\.\\d+ ${mark}$`, 'm'));
      await proxy[Symbol.asyncDispose]();
      const { exitCode, stdout, stderr } = await run.ended;
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toContain(`ERROR: `);
      expect(stderr).toContain(proxy.address.replace('tcp://', ''));
      expect(stderr).toMatch(/\nHINT: /);
      expect(await imageIdOf(sides.host, tag)).toBe(before);
    },
  );

  test('that is not there is an error, and no other one builds', async () => {
    const sides = await dockerAndShimOfTest({ buildkit: { address: 'tcp://127.0.0.1:1' } });
    const tag = newTag(sides.host);
    const ended = await runShim(['build', '--load', '-t', tag, layeredProject()], shimOf(sides));
    expect(ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^ERROR: .*127\.0\.0\.1:1.*ECONNREFUSED.*\nHINT: /m),
    });
    expect(ended.stdout.toString()).toBe('');
    expect(await imageIdOf(sides.host, tag)).toBeUndefined();
  });

  test.each(stores)(
    'from before the Content API sends the whole image within the same solve (%s store), which stderr tells',
    async (store) => {
      const proxied = { unimplemented: [content], rewrite: { [solve]: solveBefore011 } };
      const { stderr, calls } = await drawingBuild(store, proxied);
      expect(stderr).toMatch(
        /^NOTICE: builder .* is older than BuildKit 0\.11.*; it sends the whole image instead$/m,
      );
      expect(stderr.match(/^NOTICE/gm)).toHaveLength(1);
      expect(solvesOf(calls)).toBe(1);
    },
  );

  test.each(stores)(
    'whose Content API is refused sends the image in a cached solve (%s store), which stderr tells',
    async (store) => {
      const { stderr, calls } = await drawingBuild(store, { unimplemented: [content] });
      expect(stderr).toMatch(
        /^NOTICE: cannot read the image from builder .* letting the builder send it instead$/m,
      );
      expect(calls.filter((path) => path.startsWith(content))).not.toEqual([]);
    },
  );
});

/** Builds behind the proxy an image that holds a random number, and expects the very one that was drawn. */
async function drawingBuild(store: ImageStore, options: Partial<GrpcProxyOptions>) {
  const target = useTestbed().builder.address.replace('tcp://', '');
  await using proxy = await startGrpcProxy({ target, ...options });
  const sides = await dockerAndShimOfTest({ buildkit: proxy, store });
  const tag = newTag(sides.host);
  const step = 'RUN --network=none cat /proc/sys/kernel/random/uuid | busybox tee /id';
  const context = projectOf({ Dockerfile: `${withShell}\n${step}\n` });
  const args = ['build', '--load', '--no-cache', '-t', tag];
  const { exitCode, stdout, stderr } = await runShim([...args, context], shimOf(sides));
  expect(exitCode, stderr).toBe(0);
  expect(stdout.toString()).toBe('');
  const [, drawn] = /^#\d+ \d\.\d+ ([0-9a-f-]{36})$/m.exec(stderr) ?? [];
  expect((await printedBy(sides.host, tag, ['busybox', 'cat', '/id'])).trim()).toBe(drawn);
  return { stderr, calls: proxy.calls };
}

describe.each(stores)('a daemon with the %s store', (store) => {
  test('that refuses some layers gets all of them from the same solve, which stderr tells', async () => {
    let loads = 0;
    const message = 'layers are missing';
    await using daemon = await startEngineProxy({
      socket: useTestbed()[store].socket,
      intercept: (method, path) =>
        method === 'POST' && path.includes('/images/load') && [2, 3].includes(++loads)
          ? { body: [{ errorDetail: { message }, error: message }] }
          : undefined,
    });
    const target = useTestbed().builder.address.replace('tcp://', '');
    await using builder = await startGrpcProxy({ target });
    const sides = await dockerAndShimOfTest({ buildkit: builder, store, host: daemon.address });
    const context = layeredProject();
    const tag = newTag(sides.host);
    const args = ['build', '--load', '-t', tag, context];
    expect(await runShim(args, shimOf(sides))).toMatchObject({ exitCode: 0 });
    const [first, solves] = [await imageIdOf(sides.host, tag), solvesOf(builder.calls)];
    writeFileSync(join(context, 'top'), randomBytes(500));
    const { exitCode, stdout, stderr } = await runShim(args, shimOf(sides));
    expect(exitCode, stderr).toBe(0);
    expect(stdout.toString()).toBe('');
    expect(stderr).toMatch(
      /^NOTICE: loading 1 of 3 layers failed \(.*layers are missing.*\); sending what is missing/m,
    );
    expect(stderr).toMatch(
      /^NOTICE: loading 1 of 3 layers failed \(.*layers are missing.*\); sending all layers/m,
    );
    expect({ loads, solves: solvesOf(builder.calls) - solves }).toEqual({ loads: 4, solves: 1 });
    expect(await imageIdOf(sides.host, tag)).not.toBe(first);
  });

  test('whose disk is full: an error that says so, and the tag stays', async () => {
    await using daemon = await startEngine({ store, stateDir: join(smallDisk('64m'), 'daemon') });
    const sides = await dockerAndShimOfTest({ store, host: daemon.host });
    const context = layeredProject();
    const args = ['build', '--load', '-t', 'app', context];
    expect(await runShim(args, shimOf(sides))).toMatchObject({ exitCode: 0 });
    const before = await imageIdOf(daemon.host, 'app');
    writeFileSync(join(context, 'top'), randomBytes(100_000_000));
    const { exitCode, stdout, stderr } = await runShim(args, shimOf(sides));
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^ERROR: .*no space left/m);
    expect(await imageIdOf(daemon.host, 'app')).toBe(before);
  });
});

function solvesOf(calls: readonly string[]): number {
  return calls.filter((path) => path === solve).length;
}
