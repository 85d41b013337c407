import { type FakeBuildkitHandlers, GrpcError } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { SolveRequest as SolveMessage, StatusRequest } from '../gen/control.js';
import { digestOf } from '../oci/digest.js';
import {
  hang,
  hangingNews,
  news,
  request,
  solveAnswer,
  solver,
  stepError,
  vertex,
} from './solve.testing.js';
import type { SolveStatus } from './solve-status.js';

const digest = digestOf('manifest');
const configDigest = digestOf('config');
const then = { seconds: 1, nanos: 0 };

/** The news of an export that made one image. */
function exportedNews(): SolveStatus {
  const status = (id: string) => ({
    id,
    vertex: 'export',
    name: '',
    current: 0,
    total: 0,
    timestamp: undefined,
    started: then,
    completed: then,
  });
  return {
    vertexes: [vertex('export', { completed: then })],
    statuses: [`exporting manifest ${digest}`, `exporting config ${configDigest}`].map(status),
    logs: [],
    warnings: [],
  };
}

describe('a solve whose news name the image', () => {
  const status = async function* () {
    yield news(exportedNews());
  };

  it('is over with its news; the answer follows', async () => {
    let give = () => {};
    const given = new Promise<void>((resolve) => {
      give = resolve;
    });
    const { solve } = await solver({
      solve: () => given.then(() => solveAnswer({ a: 'b' })),
      status,
    });
    const { image, answer } = await solve();
    expect(image).toEqual({ digest, configDigest });
    give();
    expect(await answer).toEqual({ a: 'b' });
  });

  it('waits for the answer when the news break off', async () => {
    const { solve } = await solver({
      solve: () => Promise.reject(new GrpcError(2, 'why')),
      async *status() {
        yield news(exportedNews());
        throw new GrpcError(13, 'broken');
      },
    });
    await expect(solve()).rejects.toMatchObject({ message: expect.stringContaining('why') });
  });

  it('leaves the failure of the answer to those who wait for it', async () => {
    const { solve, proxy } = await solver({ solve: hang, status });
    const { image, answer } = await solve();
    proxy.cut();
    expect(image).toBeDefined();
    await expect(answer).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a solve', () => {
  it('tells builders before 0.13 of their own exporter, or of the first', async () => {
    const asked: SolveMessage[] = [];
    const { builder, session, solve } = await solver({
      solve(message) {
        asked.push(SolveMessage.decode(message));
        return solveAnswer();
      },
    });
    await solve();
    const oldExporter = { type: 'oci', attrs: { tar: 'false' } };
    await builder.solve({ ...request, oldExporter }, { session, graceMs: 100 });
    const seen = asked.map(({ exporterDeprecated, exporterAttrsDeprecated, exporters }) => [
      { type: exporterDeprecated, attrs: exporterAttrsDeprecated },
      ...exporters,
    ]);
    const [image] = request.exporters;
    expect(seen).toEqual([
      [image, image],
      [oldExporter, image],
    ]);
  });

  it('asks for what was wanted, under one ref, in its session', async () => {
    const asked: SolveMessage[] = [];
    const watched: string[] = [];
    const { solve, session } = await solver({
      solve(message) {
        asked.push(SolveMessage.decode(message));
        return solveAnswer({ 'containerimage.digest': 'sha256:0' });
      },
      async *status(message) {
        watched.push(StatusRequest.decode(message).ref);
        yield news({});
      },
    });
    expect(await (await solve()).answer).toEqual({ 'containerimage.digest': 'sha256:0' });
    const [image] = request.exporters;
    expect(asked).toMatchObject([
      {
        ...request,
        session: session.id,
        exporterDeprecated: image?.type,
        exporterAttrsDeprecated: image?.attrs,
        cache: { exports: [], imports: [] },
        entitlements: [],
      },
    ]);
    expect(watched).toEqual([asked[0]?.ref]);
  });

  it('asks for several outputs, caches and entitlements, and tells the frontend of the caches', async () => {
    const asked: SolveMessage[] = [];
    const { builder, session } = await solver({
      solve(message) {
        asked.push(SolveMessage.decode(message));
        return solveAnswer();
      },
      async *status() {
        yield news({});
      },
    });
    const cache = { type: 'registry', attrs: { ref: 'app:cache' } };
    const exporters = [
      { type: 'tar', attrs: {} },
      { type: 'image', attrs: { push: 'true' } },
    ];
    const entitlements = ['network.host'];
    const asks = {
      ...request,
      exporters,
      entitlements,
      cacheImports: [cache],
      cacheExports: [cache],
    };
    await (await builder.solve(asks, { session })).answer;
    expect(asked).toMatchObject([
      {
        exporters,
        exporterDeprecated: 'tar',
        entitlements,
        cache: { exports: [cache], imports: [cache] },
        frontendAttrs: {
          'cache-imports': '[{"Type":"registry","Attrs":{"ref":"app:cache"}}]',
        },
      },
    ]);
  });

  it('tells all news in order before it ends, although they come after the answer', async () => {
    const names = ['a', 'b', 'c'];
    const seen: string[] = [];
    const { solve } = await solver({
      solve: () => solveAnswer(),
      async *status() {
        for (const name of names) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          yield news({ vertexes: [vertex(name)] });
        }
      },
    });
    const onStatus = ({ vertexes }: SolveStatus) =>
      void seen.push(...vertexes.map(({ digest }) => digest));
    await solve({ onStatus, graceMs: 10_000 });
    expect(seen).toEqual(names);
  });

  it.each<[rule: string, status: FakeBuildkitHandlers['status']]>([
    ['that never end', () => hangingNews()],
    ['that fail', () => failingNews()],
  ])('does not wait for news %s', async (_rule, status) => {
    const { solve } = await solver({
      solve: () => solveAnswer({ a: 'b' }),
      ...(status && { status }),
    });
    expect(await (await solve()).answer).toEqual({ a: 'b' });
  });

  it('waits for an answer that comes long after the last news', async () => {
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return solveAnswer({ a: 'b' });
    };
    const { solve } = await solver({ solve: late, async *status() {} });
    expect(await (await solve({ graceMs: 50 })).answer).toEqual({ a: 'b' });
  });
});

describe('a failed solve', () => {
  it('is a BuildError with the step and the last lines of its output', async () => {
    const { solve } = await solver({
      solve: async () => {
        throw stepError('a', 'exit code: 7');
      },
      async *status() {
        const log = { vertex: 'a', timestamp: undefined, stream: 1, msg: Buffer.from('line\n') };
        yield news({ vertexes: [vertex('a')], logs: [log] });
        yield news({ vertexes: [vertex('a', { error: 'exit code: 7' })] });
      },
    });
    await expect(solve()).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 7',
      step: { name: 'step a' },
      logTail: ['line'],
    });
  });

  it('is explained by its news when the connection breaks before the answer', async () => {
    let told = () => {};
    const telling = new Promise<void>((resolve) => {
      told = resolve;
    });
    const { solve, proxy } = await solver({
      solve: hang,
      async *status() {
        yield news({ vertexes: [vertex('a', { error: 'exit code: 7' })] });
        await hang();
      },
    });
    const solving = solve({ onStatus: told });
    void telling.then(() => proxy.cut());
    await expect(solving).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 7',
    });
  });

  it.each([
    ['UNAVAILABLE', 14],
    ['PERMISSION_DENIED', 7],
    ['UNSUPPORTED', 12],
  ])('of the builder itself is %s', async (code, status) => {
    const { solve } = await solver({ solve: () => Promise.reject(new GrpcError(status, 'why')) });
    await expect(solve()).rejects.toMatchObject({ code, message: expect.stringContaining('why') });
  });
});

async function* failingNews(): AsyncGenerator<Buffer> {
  yield news({});
  throw new GrpcError(13, 'no news');
}
