import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { BuildKit } from '../../buildkit/buildkit.js';
import type { Attachable } from '../../buildkit/session/attachable.js';
import { sendBlobs } from '../../buildkit/session/export-blobs.testing.js';
import type { SolveRequest } from '../../buildkit/solve.js';
import { readBlob } from '../../content/read-blob.js';
import { contentSourceSuite } from '../../content/testing/content-source-suite.js';
import { memorySource } from '../../content/testing/memory-source.js';
import { WarmdockError } from '../../errors.js';
import { makeTree } from '../../fsutil/sending/tree.testing.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Progress } from '../../progress.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { noServices } from '../solve/solve-options.js';
import { builderContent } from './builder-content.js';
import type { ImageSolve } from './image-solve.js';

const plan: BuildPlan = {
  frontend: 'dockerfile.v0',
  frontendAttrs: { target: 'app' },
  locals: [],
  secrets: [],
  tags: [],
  compression: 'gzip',
};

/** A builder that holds `stored`, and sends `exported` when it is asked to build again. */
interface TestOptions {
  readonly solve?: Partial<ImageSolve>;
  readonly spoolSizeBytes?: number;
  readonly planned?: BuildPlan;
  readonly env?: NodeJS.ProcessEnv;
}

function testBuilder({
  solve,
  spoolSizeBytes,
  planned = plan,
  env = { XDG_STATE_HOME: '/nowhere' },
}: TestOptions = {}) {
  const stored = memorySource();
  const exported = new Map<Descriptor, Uint8Array>();
  const solves: { request: SolveRequest; attachables: readonly Attachable[] }[] = [];
  const notices: string[] = [];
  let attachables: readonly Attachable[] = [];
  const source = { ...stored, held: async () => new Set<string>() };
  const builder: Partial<BuildKit> = {
    name: 'tcp://builder:1',
    content: source,
    connect: async () => {},
    startSession(session) {
      attachables = session.attachables;
      return { id: '', ended: new Promise(() => {}), close: () => {} };
    },
    async solve(request, { signal }) {
      solves.push({ request, attachables });
      signal?.throwIfAborted();
      await sendBlobs(attachables, exported);
      return { ref: '', image: undefined, answer: Promise.resolve({}) };
    },
  };
  const onProgress = (event: Progress) => {
    if (event.type === 'notice') notices.push(event.message);
  };
  const solved = {
    plan: planned,
    builder: builder as BuildKit,
    solve: { services: noServices, ...solve },
  };
  const context = { env, onProgress };
  const content = builderContent(solved, { spoolSizeBytes }, context);
  onTestFinished(() => content[Symbol.asyncDispose]());
  const exportable = (bytes: Uint8Array) => {
    const descriptor = memorySource().add(bytes);
    exported.set(descriptor, bytes);
    return descriptor;
  };
  return { builder, source, content, stored, exportable, solves, notices };
}

contentSourceSuite('the content of a builder', async () => {
  const { content, stored } = testBuilder();
  return { source: content, put: async (_, bytes) => void stored.add(bytes) };
});

const large = Buffer.alloc(2_000_000, 'large');

describe('blobs that the builder holds', () => {
  it('are read from it, without a solve or a notice', async () => {
    const { content, stored, solves, notices } = testBuilder();
    const blob = stored.add(large);
    await content.prepare?.([blob]);
    expect((await readBlob(content, blob)).equals(large)).toBe(true);
    expect([solves, notices]).toEqual([[], []]);
  });
});

describe('blobs that the builder lacks', () => {
  it('are sent by a second solve of the same plan, with a notice', async () => {
    const { content, exportable, solves, notices } = testBuilder();
    const blob = exportable(large);
    expect((await readBlob(content, blob)).equals(large)).toBe(true);
    expect(solves.map(({ request }) => request)).toEqual([
      {
        frontend: 'dockerfile.v0',
        frontendAttrs: { target: 'app' },
        exporters: [
          {
            type: 'oci',
            attrs: { 'oci-mediatypes': 'true', compression: 'gzip', tar: 'false' },
          },
        ],
        cacheImports: [],
        cacheExports: [],
      },
    ]);
    expect(notices).toEqual([
      expect.stringMatching(/builder tcp:\/\/builder:1 .* letting the builder/),
    ]);
  });

  it('go on where they were when the builder collects one while it is read', async () => {
    const { source, content, exportable } = testBuilder();
    const blob = exportable(large);
    source.fetch = async function* () {
      yield large.subarray(0, 700_000);
      throw new WarmdockError('NOT_FOUND', 'collected');
    };
    expect((await readBlob(content, blob)).equals(large)).toBe(true);
  });

  it('come out of the cache, also in a build that was told not to use it', async () => {
    const frontendAttrs = { target: 'app', 'no-cache': '' };
    const { content, exportable, solves } = testBuilder({ planned: { ...plan, frontendAttrs } });
    await readBlob(content, exportable(large));
    expect(solves[0]?.request.frontendAttrs).toEqual({ target: 'app' });
  });

  it('come in one solve when they are prepared', async () => {
    const { content, exportable, stored, solves, notices } = testBuilder();
    const blobs = [exportable(large), stored.add(large.subarray(1)), exportable(large.subarray(2))];
    await content.prepare?.(blobs);
    for (const blob of blobs) await readBlob(content, blob);
    expect([solves.length, notices.length]).toEqual([1, 1]);
  });

  it('come in a solve for each part that is kept here at a time, with one notice', async () => {
    const folder = makeTree({});
    const env = { XDG_STATE_HOME: '/nowhere', TMPDIR: folder };
    const { content, exportable, solves, notices } = testBuilder({
      env,
      spoolSizeBytes: 2_000_000,
    });
    const blobs = Array.from({ length: 6 }, (_, at) => exportable(large.subarray(at)));
    await content.prepare?.(blobs);
    expect(solves).toEqual([]);
    const kept: number[] = [];
    for (const blob of blobs) {
      await readBlob(content, blob);
      kept.push(readdirSync(folder).length);
    }
    expect([solves.length, notices.length]).toEqual([6, 1]);
    expect(Math.max(...kept)).toBeLessThanOrEqual(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('come with all small ones', async () => {
    const { content, exportable, solves } = testBuilder();
    const blobs = ['a', 'b'].map((text) => exportable(Buffer.from(text)));
    for (const blob of blobs) await readBlob(content, blob);
    expect(solves).toHaveLength(1);
  });

  it('come in one solve when several are asked for at once', async () => {
    const { content, exportable, solves, notices } = testBuilder();
    const blobs = ['a', 'b', 'c'].map((text) => exportable(Buffer.from(text)));
    const read = await Promise.all(blobs.map((blob) => readBlob(content, blob)));
    expect(read.map(String)).toEqual(['a', 'b', 'c']);
    expect([solves.length, notices.length]).toEqual([1, 1]);
  });

  it('come when the builder has no content service', async () => {
    const { source, content, exportable, solves } = testBuilder();
    const unsupported = () => {
      throw new WarmdockError('UNSUPPORTED', 'no content service');
    };
    Object.assign(source, { exists: unsupported, fetch: unsupported });
    const blob = exportable(large);
    await content.prepare?.([blob]);
    expect((await readBlob(content, blob)).equals(large)).toBe(true);
    expect(solves).toHaveLength(1);
  });

  it('come in the form that was built, with the services of the build', async () => {
    const service: Attachable = { methods: { '/test.Service/Method': async () => {} } };
    const exporter = { type: 'image', attrs: { compression: 'zstd' } };
    const { content, exportable, solves } = testBuilder({
      solve: { exporter, services: { ...noServices, attachables: [service] } },
    });
    await readBlob(content, exportable(large));
    expect(solves[0]?.request.exporters).toEqual([
      { type: 'oci', attrs: { compression: 'zstd', tar: 'false' } },
    ]);
    expect(solves[0]?.attachables).toContain(service);
  });

  it('are NOT_FOUND when the second solve made others, and a hint says what to do', async () => {
    const { content, exportable } = testBuilder();
    exportable(large);
    const gone = memorySource().add(Buffer.from('gone'));
    await expect(readBlob(content, gone)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(new RegExp(`${gone.digest} and rebuilt another image`)),
      hint: expect.stringContaining('build again'),
    });
  });
});

describe('what keeps the builder from sending', () => {
  it.each(['UNAVAILABLE', 'TIMEOUT', 'CANCELLED'] as const)(
    'is no second solve after %s: that would not help',
    async (code) => {
      const { source, content, exportable, solves } = testBuilder();
      const failing = () => {
        throw new WarmdockError(code, 'away');
      };
      Object.assign(source, { exists: failing, fetch: failing });
      const blob = exportable(large);
      await expect(readBlob(content, blob)).rejects.toMatchObject({ code });
      await expect(content.prepare?.([blob])).rejects.toMatchObject({ code });
      expect(solves).toEqual([]);
    },
  );

  it('is thrown to all who asked', async () => {
    const { builder, content, exportable } = testBuilder();
    const broken = new WarmdockError('UNAVAILABLE', 'away');
    let solves = 0;
    builder.solve = async () => {
      solves++;
      throw broken;
    };
    const blobs = ['a', 'b'].map((text) => exportable(Buffer.from(text)));
    const read = await Promise.allSettled(blobs.map((blob) => readBlob(content, blob)));
    expect(read.map((one) => one.status === 'rejected' && one.reason)).toEqual([broken, broken]);
    expect(solves).toBe(1);
  });

  it('leaves no folder behind; nor does disposal', async () => {
    const folder = makeTree({});
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { builder, content, exportable } = testBuilder();
    await readBlob(content, exportable(Buffer.from('small')));
    const half = content.fetch(exportable(large))[Symbol.asyncIterator]();
    await half.next();
    expect(readdirSync(folder)).toHaveLength(2);
    builder.solve = () => Promise.reject(new Error('broken'));
    const another = memorySource().add(Buffer.from('another'));
    await expect(readBlob(content, another)).rejects.toThrow('broken');
    expect(readdirSync(folder)).toHaveLength(2);
    await content[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
  });
});
