import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startFakeBuildkit, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from '../../engine/engine.js';
import { type OpenBuilderOptions, openBuilder } from './open-builder.js';

function engineAt(host: string) {
  const engine = connectEngine(host);
  onTestFinished(() => engine.close());
  return engine;
}

/** A home folder with these files below `.docker`. */
function homeWith(files: Record<string, unknown> = {}): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(tmpdir(), 'warmdock-choose-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    const file = join(home, '.docker', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
  }
  return { HOME: home };
}

const here = 'unix:///nowhere/docker.sock';

async function open(name: string | undefined, env: NodeJS.ProcessEnv, host = here) {
  const builder = await openBuilder(name, engineAt(host), {}, { env });
  onTestFinished(() => builder.close());
  return builder;
}

describe('openBuilder', () => {
  it('dials an address, and what it opened is closed with it', async () => {
    await using fake = await startFakeBuildkit({ listWorkers: () => Buffer.alloc(0) });
    const { buildkit, inEngine, close } = await open(fake.address, homeWith());
    expect([buildkit.name, inEngine]).toEqual([fake.address, false]);
    expect(await buildkit.listWorkers()).toEqual([]);
    close();
  });

  it("takes a builder's address from buildx's store", async () => {
    await using fake = await startFakeBuildkit({ listWorkers: () => Buffer.alloc(0) });
    const node = { Name: 'shared0', Endpoint: fake.address, DriverOpts: null };
    const stored = { Name: 'shared', Driver: 'remote', Nodes: [node] };
    const env = homeWith({ 'buildx/instances/shared': stored });
    const { buildkit, inEngine } = await open('shared', env);
    expect(inEngine).toBe(false);
    expect(await buildkit.listWorkers()).toEqual([]);
  });

  it('builds in the engine when nothing else was chosen and it is the current one', async () => {
    const { buildkit, inEngine } = await open(undefined, { ...homeWith(), DOCKER_HOST: here });
    expect(inEngine).toBe(true);
    expect(buildkit.name).toContain(here);
  });

  it('builds in another engine than that of the load when a context says so', async () => {
    const other = 'unix:///nowhere/other.sock';
    const { inEngine, buildkit } = await open('default', { ...homeWith(), DOCKER_HOST: other });
    expect(inEngine).toBe(false);
    expect(buildkit.name).toContain(other);
  });

  it("reaches the engine's BuildKit by upgraded connections", async () => {
    const asked: string[] = [];
    await using engine = await startFakeEngine({
      upgrades: {
        'POST /grpc': (connection, { headers }) => {
          asked.push(`${headers.upgrade} at /grpc`);
          connection.destroy();
        },
      },
    });
    const { buildkit } = await open(
      undefined,
      { ...homeWith(), DOCKER_HOST: engine.host },
      engine.host,
    );
    await expect(buildkit.listWorkers()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toEqual(['h2c at /grpc']);
  });

  it.each<[string, NodeJS.ProcessEnv, OpenBuilderOptions, string]>([
    ['by itself', {}, {}, 'warmdock'],
    ['by grpc-js when WARMDOCK_GRPC says so', { WARMDOCK_GRPC: 'grpc-js' }, {}, 'grpc-node-js'],
    ['by grpc-js when the option says so', {}, { grpc: 'grpc-js' }, 'grpc-node-js'],
    [
      'by itself when only the variable differs',
      { WARMDOCK_GRPC: 'grpc-js' },
      { grpc: 'builtin' },
      'warmdock',
    ],
  ])('speaks gRPC %s', async (_rule, variables, options, agent) => {
    const agents: unknown[] = [];
    await using fake = await startFakeBuildkit({
      listWorkers(_, { metadata }) {
        agents.push(...metadata.get('user-agent'));
        return Buffer.alloc(0);
      },
    });
    const env = { ...homeWith(), ...variables };
    const { buildkit, close } = await openBuilder(fake.address, engineAt(here), options, { env });
    await buildkit.listWorkers();
    close();
    expect(agents).toEqual([expect.stringContaining(agent)]);
    expect(String(agents).includes('grpc-node-js')).toBe(agent === 'grpc-node-js');
  });

  it('refuses a gRPC client that it does not know, before it connects', async () => {
    const env = { ...homeWith(), WARMDOCK_GRPC: 'grpc' };
    await expect(open(undefined, env)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('WARMDOCK_GRPC'),
    });
  });

  it.each([
    ['an unknown name', 'nobody', {}, 'NOT_FOUND'],
    ['an address of another kind', 'ssh://far', {}, 'INVALID_ARGUMENT'],
    [
      'a builder that runs in a pod',
      'own',
      { 'buildx/instances/own': { Name: 'own', Driver: 'kubernetes', Nodes: [{}] } },
      'UNSUPPORTED',
    ],
    ["a container's address without a container", 'docker-container://', {}, 'INVALID_ARGUMENT'],
    [
      'a container in a context that is not there',
      'docker-container://c?context=x',
      {},
      'NOT_FOUND',
    ],
  ])('refuses %s', async (_rule, name, files, code) => {
    await expect(open(name, homeWith(files))).rejects.toMatchObject({ code });
  });
});
