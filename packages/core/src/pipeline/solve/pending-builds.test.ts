import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildKit } from '../../buildkit/buildkit.js';
import { recordPendingBuilds } from '../state/pending-builds-file.js';
import { trackPendingBuild, waitForPendingBuild } from './pending-builds.js';

let env: { XDG_STATE_HOME: string };
beforeEach(() => {
  env = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'unfinished-')) };
});
afterEach(() => rmSync(env.XDG_STATE_HOME, { recursive: true }));

function builderOf(name: string, isActive: BuildKit['isActive'] = async () => false): BuildKit {
  return { name, isActive } as Partial<BuildKit> as BuildKit;
}

/** Whether a build has to wait, for longer than 20 ms. */
async function waits(builder: BuildKit, contextKey: string): Promise<boolean> {
  const waited = waitForPendingBuild(builder, contextKey, { env }).then(() => false);
  return Promise.race([waited, delay(20, true)]);
}

describe('a build of this process', () => {
  const builder = builderOf('tcp://builder');

  it.each(['answers', 'fails'])('holds back the next one until it %s', async (how) => {
    let end = { resolve: (_: Record<string, string>) => {}, reject: () => {} };
    const answer = new Promise<Record<string, string>>((resolve, reject) => {
      end = { resolve, reject };
    });
    trackPendingBuild(builder, 'key', { ref: 'ref', answer }, env);
    expect(await waits(builder, 'key')).toBe(true);
    if (how === 'answers') end.resolve({});
    else end.reject();
    expect(await waits(builder, 'key')).toBe(false);
  });

  it('does not hold back those of other contexts and on other builders', async () => {
    trackPendingBuild(builder, 'busy', { ref: 'ref', answer: new Promise(() => {}) }, env);
    expect(await waits(builder, 'other')).toBe(false);
    expect(await waits(builderOf('tcp://other'), 'busy')).toBe(false);
  });

  it('holds back nobody who has been cancelled', async () => {
    trackPendingBuild(builder, 'endless', { ref: 'ref', answer: new Promise(() => {}) }, env);
    const cancelling = new AbortController();
    const waiting = waitForPendingBuild(builder, 'endless', { env, signal: cancelling.signal });
    cancelling.abort();
    await expect(waiting).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'build on builder tcp://builder was cancelled',
    });
  });
});

describe('a build that another process left', () => {
  const leave = (builder: string) =>
    recordPendingBuilds({ [`${builder} key`]: { ref: 'left', leftAt: Date.now() } }, env);

  it('is waited for while the builder works on it', async () => {
    const asked: string[] = [];
    const builder = builderOf('b', async (ref) => asked.push(ref) < 3);
    leave('b');
    await waitForPendingBuild(builder, 'key', { env });
    expect(asked).toEqual(['left', 'left', 'left']);
  });

  it('is not asked for by builds of other contexts and on other builders', async () => {
    const builder = builderOf('b', () => Promise.reject(new Error('was asked')));
    leave('other');
    await waitForPendingBuild(builder, 'key', { env });
    leave('b');
    await waitForPendingBuild(builder, 'other', { env });
  });

  it('is not waited for when the builder cannot tell', async () => {
    leave('b');
    const builder = builderOf('b', () => Promise.reject(new Error('UNIMPLEMENTED')));
    expect(await waits(builder, 'key')).toBe(false);
  });

  it('is not waited for by a build that has been cancelled', async () => {
    leave('b');
    const cancelling = new AbortController();
    const waiting = waitForPendingBuild(
      builderOf('b', async () => true),
      'key',
      { env, signal: cancelling.signal },
    );
    cancelling.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
