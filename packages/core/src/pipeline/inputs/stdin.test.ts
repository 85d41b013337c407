import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BuildKit } from '../../buildkit/buildkit.js';
import type { BuildOptions } from '../plan/build-plan.js';
import { planBuild } from '../plan/plan-build.js';
import { openInputs } from './open-inputs.js';

const env = { XDG_STATE_HOME: '/nowhere' };

async function opened(options: BuildOptions, ...chunks: (string | Uint8Array)[]) {
  const stdin = Readable.from(chunks) as AsyncIterable<Uint8Array>;
  const result = await openInputs(planBuild(options), {} as BuildKit, { stdin, env });
  onTestFinished(() => result[Symbol.asyncDispose]());
  return result;
}

describe('standard input', () => {
  it('that is text is the Dockerfile of an empty context, gone when it is disposed of', async () => {
    const result = await opened({ context: '-' }, 'FROM ', 'scratch');
    const [dockerfile, context] = result.plan.locals;
    expect([dockerfile?.name, context?.name]).toEqual(['dockerfile', 'context']);
    const path = join(dockerfile?.directory ?? '', 'Dockerfile');
    expect(readFileSync(path, 'utf8')).toBe('FROM scratch');
    expect(result.plan.frontendAttrs).toEqual({
      filename: 'Dockerfile',
      dockerfilekey: 'dockerfile',
    });
    await result[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });

  it('that is an archive is served to the builder under an address of the session', async () => {
    const result = await opened({ context: '-', dockerfile: 'a/b' }, gzipSync('any'));
    expect(result.plan.frontendAttrs).toEqual({
      context: expect.stringMatching(/^http:\/\/buildkit-session\/[0-9a-f]{32}$/),
      filename: 'a/b',
    });
    expect(result.plan.locals).toEqual([]);
    expect(Object.keys(result.services.attachables[0]?.methods ?? {})).toEqual([
      '/moby.upload.v1.Upload/Pull',
    ]);
  });

  it('may be the Dockerfile of a directory', async () => {
    const result = await opened({ context: '/srv', dockerfile: '-' }, 'FROM scratch');
    expect(result.plan.locals.map(({ name }) => name)).toEqual(['context', 'dockerfile']);
  });

  it('leaves the key of the context the same from build to build', async () => {
    const home = { XDG_STATE_HOME: join('/tmp', 'warmdock-test-state') };
    const keyOf = async () => {
      const stdin = Readable.from(['FROM scratch']);
      const plan = planBuild({ context: '/srv', dockerfile: '-' });
      const result = await openInputs(plan, {} as BuildKit, { stdin, env: home });
      await result[Symbol.asyncDispose]();
      return result.plan.contextKey;
    };
    expect(await keyOf()).toBe(await keyOf());
  });

  it.each<[string, BuildOptions, string[]]>([
    ['nothing at all', { context: '-' }, []],
    ['a Dockerfile beside another one', { context: '-', dockerfile: 'Dockerfile' }, ['FROM x']],
  ])('must not be %s', async (_what, options, chunks) => {
    await expect(opened(options, ...chunks)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('that never comes does not outlast the build', async () => {
    const stop = new AbortController();
    const stdin = new Readable({ read() {} });
    const plan = planBuild({ context: '-' });
    const opening = openInputs(plan, {} as BuildKit, { stdin, env, signal: stop.signal });
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
