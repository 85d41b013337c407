import { connectEngine } from '@warmdock/core';
import { type EngineReply, sendFakeReply, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeContainers } from './quiesce-daemon.js';

/** A daemon whose containers are these; `removal` decides what becomes of one that is to be removed. */
async function daemonWith(
  ids: readonly string[],
  removal: (id: string, containers: Set<string>) => EngineReply,
) {
  const containers = new Set(ids);
  const removals: string[] = [];
  const fake = await startFakeEngine({
    routes: {
      'GET /_ping': { headers: { 'api-version': '1.47' }, body: 'OK' },
      'GET /containers/json': (_, response) =>
        sendFakeReply(response, { body: JSON.stringify([...containers].map((Id) => ({ Id }))) }),
      'DELETE /containers/*': ({ path, query }, response) => {
        removals.push(`${path} ${query}`);
        sendFakeReply(response, removal(path.split('/')[2] ?? '', containers));
      },
    },
  });
  const engine = connectEngine(fake.host);
  onTestFinished(async () => {
    engine.close();
    await fake[Symbol.asyncDispose]();
  });
  return { engine, removals, containers };
}

const gone: EngineReply = { status: 204 };

describe('removeContainers', () => {
  it('removes all, by force and with their anonymous volumes', async () => {
    const { engine, removals, containers } = await daemonWith(['a', 'b'], (id, all) => {
      all.delete(id);
      return gone;
    });
    await removeContainers(engine, 'build', {});
    expect([...containers]).toEqual([]);
    expect(removals.sort()).toEqual([
      '/containers/a force=true&v=true',
      '/containers/b force=true&v=true',
    ]);
  });

  it('waits for a removal that is under way already, and for containers that come meanwhile', async () => {
    let asked = 0;
    const { engine } = await daemonWith(['a'], (id, all) => {
      asked += 1;
      if (asked === 1) return { status: 409, body: { message: 'removal is in progress' } };
      all.delete(id);
      if (asked === 2) all.add('b');
      return gone;
    });
    await removeContainers(engine, 'build', {});
    expect(asked).toBe(3);
  });

  it('does not go on for ever when a container comes back each time: CONFLICT', async () => {
    const { engine } = await daemonWith(['a'], () => gone);
    await expect(removeContainers(engine, 'build of app', {})).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'build of app: container a comes back each time it is removed',
    });
  }, 20_000);

  it('throws what a daemon says that fails', async () => {
    const reply = { status: 500, body: { message: 'device or resource busy' } };
    const { engine } = await daemonWith(['a'], () => reply);
    await expect(removeContainers(engine, 'build', {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('device or resource busy'),
    });
  });

  it('ends when it is cancelled', async () => {
    const { engine } = await daemonWith(['a'], () => gone);
    const signal = AbortSignal.timeout(50);
    await expect(removeContainers(engine, 'build', { signal })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });
});
