import { createServer } from 'node:net';
import {
  askEngine,
  type BuilderContainer,
  importBaseImage,
  makeDockerConfig,
  outputOf,
  runDocker,
  startBuilderContainer,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { builderTransport } from '../../../src/pipeline/builders/builder-transport.js';
import type { Progress } from '../../../src/progress.js';
import { cleanEnv, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, temporaryFolder } from '../../support/context.js';
import { addressOf, hasBegun, pipeTo, sleepingContext, within } from '../../support/faults.js';
import { anyBuilder } from '../../support/settings.js';

const { builder: daemon } = useTestbed();
const setting = { builder: anyBuilder(), store: 'containerd' } as const;
const context = () => contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note: 'n' });

async function newContainer(buildkit = daemon.address): Promise<BuilderContainer> {
  const container = await startBuilderContainer({ daemon, buildkit });
  onTestFinished(() => container[Symbol.asyncDispose]());
  return container;
}

function buildHarnessIn({ name }: Pick<BuilderContainer, 'name'>) {
  return openBuildHarness(setting, { address: `docker-container://${name}` });
}

describe("a builder's container", () => {
  it.each([
    ['is stopped', ['stop'], /does not run: it ended with exit code/],
    ['is killed', ['kill'], /does not run: it ended with exit code 137/],
    ['is removed', ['rm', '--force'], /was removed|does not run/],
    ['is paused', ['pause'], /is paused/],
  ] as const)('that %s in mid-build is told within seconds', async (_, words, message) => {
    const container = await newContainer();
    const [command, ...flags] = words;
    const done: Promise<void>[] = [];
    const onProgress = (event: Progress) => {
      if (hasBegun(event) && done.length === 0) done.push(container.docker(command, ...flags));
    };
    const building = buildHarnessIn(container).build(
      { context: sleepingContext() },
      { onProgress },
    );
    await within(10_000, () =>
      expect(building).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(
          new RegExp(`container ${container.name} (${message.source})`),
        ),
        hint: expect.stringMatching(/docker (start|unpause|ps|logs)/),
      }),
    );
    await Promise.all(done);
  });

  it.each([
    ['was stopped', 'stop', 'UNAVAILABLE', /^docker start|: docker start/],
    ['was paused', 'pause', 'UNAVAILABLE', /: docker unpause/],
    ['was removed', 'rm', 'NOT_FOUND', /docker ps --all/],
  ] as const)(
    'that %s before the build is told, and what to do',
    async (_, command, code, hint) => {
      const container = await newContainer();
      await container.docker(command, ...(command === 'rm' ? ['--force'] : []));
      await expect(buildHarnessIn(container).build({ context: context() })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(`container ${container.name} `),
        hint: expect.stringMatching(hint),
      });
    },
  );

  it('without a BuildKit is UNSUPPORTED, with what the daemon says', async () => {
    const image = await importBaseImage(daemon);
    const run = ['run', '--detach', '--network', 'none', image.name, 'sleep', '60'];
    const name = (await outputOf(runDocker(run, { host: daemon.host }))).trim();
    onTestFinished(async () => void (await runDocker(['rm', '-f', name], { host: daemon.host })));
    await expect(buildHarnessIn({ name }).build({ context: context() })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/runs no BuildKit.*buildctl.*not found/s),
    });
  });

  it('whose BuildKit begins to listen later is waited for', async () => {
    let connections = 0;
    const address = await addressOf(
      createServer((client) => {
        if (++connections <= 2) client.destroy();
        else pipeTo(client, daemon.address);
      }),
    );
    const { load } = await buildHarnessIn(await newContainer(address)).build({
      context: context(),
    });
    expect(load.layersTotal).toBe(1);
    expect(connections).toBeGreaterThan(2);
  });

  it('has no program of a build left that was cancelled', async () => {
    const container = await newContainer();
    const cancel = new AbortController();
    const { build, buildkit } = buildHarnessIn(container);
    const running: number[] = [];
    const onProgress = (event: Progress) => {
      if (!hasBegun(event)) return;
      running.push(1);
      cancel.abort();
    };
    const { signal } = cancel;
    const building = build({ context: sleepingContext() }, { onProgress, signal });
    await expect(building).rejects.toMatchObject({ code: 'CANCELLED' });
    buildkit.close();
    await expect.poll(() => execsOf(container)).toEqual([]);
    expect(running).not.toEqual([]);
  });
});

async function execsOf({ name, host }: BuilderContainer): Promise<unknown> {
  const { body } = await askEngine(host, `/containers/${name}/json`);
  return (body as { ExecIDs: string[] | null }).ExecIDs ?? [];
}

describe("the daemon of a builder's container", () => {
  it('is that of the docker context in the address', async () => {
    const container = await newContainer();
    const DOCKER_CONFIG = await makeDockerConfig(temporaryFolder());
    const create = ['context', 'create', 'builders', '--docker', `host=${daemon.host}`];
    await outputOf(runDocker(create, { env: { DOCKER_CONFIG } }));
    const builder = `docker-container://${container.name}?context=builders`;
    const env = { ...cleanEnv(), DOCKER_CONFIG };
    const { load } = await openBuildHarness(setting).build(
      { context: context(), builder },
      { env },
    );
    expect(load.layersTotal).toBe(1);
  });

  it('may be reached over tcp', async () => {
    const container = await newContainer();
    const host = await addressOf(createServer((client) => pipeTo(client, daemon.host)));
    const address = { kind: 'docker-container', container: container.name, host } as const;
    const transport = builderTransport(address, { env: {} });
    onTestFinished(() => transport.close?.());
    const stream = await transport.open({});
    stream.destroy();
  });
});
