import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { type EngineHandler, type EngineReply, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from './engine.js';

/** An engine whose daemon answers a load in the given way. */
async function connected(load: EngineReply | EngineHandler) {
  const fake = await startFakeEngine({ routes: { 'POST /images/load': load } });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  return {
    fake,
    engine: connectEngine(fake.host, { apiVersion: '1.51' }),
  };
}

async function* archiveOf(...chunks: Uint8Array[]) {
  yield* chunks;
}

/** Yields 64 KiB again and again, and tells whether it was ended. */
function endlessArchive() {
  const seen = { ended: false };
  async function* chunks() {
    try {
      for (;;) yield Buffer.alloc(65_536);
    } finally {
      seen.ended = true;
    }
  }
  return { seen, chunks: chunks() };
}

/** Breaks the connection when it has got so many bytes. */
function dyingAfter(bytes: number): EngineHandler {
  return (_, __, message) => {
    let received = 0;
    message
      .on('error', () => {})
      .on('data', (chunk) => {
        received += chunk.length;
        if (received >= bytes) message.socket.destroy();
      });
  };
}

describe('loadImages', () => {
  it('sends the archive as it is, without a platform', async () => {
    const { engine, fake } = await connected({ body: [{ stream: 'Loaded image: app:latest\n' }] });
    const chunks = [randomBytes(10), randomBytes(200_000), randomBytes(1)];
    await engine.loadImages(archiveOf(...chunks));
    const [request] = fake.requests;
    expect(request?.body?.equals(Buffer.concat(chunks))).toBe(true);
    expect(request?.query.has('platform')).toBe(false);
    expect(request?.headers['content-type']).toBe('application/x-tar');
  });

  it('tells what was loaded, and passes on every line', async () => {
    const id = `sha256:${'a'.repeat(64)}`;
    const { engine } = await connected({
      body: [
        { status: 'Loading layer' },
        { stream: 'Loaded image: app:latest\n' },
        { stream: `Loaded image ID: ${id}\nLoaded image ID: x\n` },
      ],
    });
    const lines: string[] = [];
    const { loaded } = await engine.loadImages(archiveOf(), { onLine: (line) => lines.push(line) });
    expect(loaded).toEqual(['app:latest', id, 'x']);
    expect(lines).toEqual([
      'Loading layer',
      'Loaded image: app:latest',
      `Loaded image ID: ${id}`,
      'Loaded image ID: x',
    ]);
  });

  it('waits while the daemon takes nothing', async () => {
    const { engine } = await connected(async (_, response, message) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      sentBeforeReading = sentBytes;
      for await (const _chunk of message);
      response.end();
    });
    let sentBytes = 0;
    let sentBeforeReading = 0;
    async function* archive() {
      for (let n = 0; n < 200; n++) {
        sentBytes += 65_536;
        yield Buffer.alloc(65_536);
      }
    }
    expect(await engine.loadImages(archive())).toEqual({ loaded: [] });
    expect(sentBeforeReading).toBeLessThan(4_000_000);
    expect(sentBytes).toBe(200 * 65_536);
  });
});

describe('loadImages fails', () => {
  it.each([
    [
      'an error line',
      [
        { stream: 'Loaded image: a\n' },
        { errorDetail: { message: 'open repositories: no such file' }, error: 'x' },
      ],
      'no such file',
    ],
    [
      'an unpack error in a plain line',
      [{ stream: 'Loaded image: a\n' }, { stream: 'Error unpacking image a: layer not found\n' }],
      'layer not found',
    ],
  ])('with %s in a 200 answer', async (_, body, said) => {
    const { engine } = await connected({ body });
    await expect(engine.loadImages(archiveOf(randomBytes(100)))).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining(said),
    });
  });

  it('with the status when that is no success', async () => {
    const { engine } = await connected({
      status: 400,
      body: { message: 'client version is too old' },
    });
    await expect(engine.loadImages(archiveOf())).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('too old'),
    });
  });

  it("with the daemon's error when that comes before the archive has ended", async () => {
    const { engine } = await connected((_, response, message) => {
      message.once('data', () =>
        response.end('{"error":"archive/tar: invalid tar header"}\n', () => message.socket.end()),
      );
    });
    const { seen, chunks } = endlessArchive();
    await expect(engine.loadImages(chunks)).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('invalid tar header'),
    });
    await expect.poll(() => seen.ended).toBe(true);
  });

  it("with the archive's own error, and ends the request", async () => {
    let aborted = false;
    const { engine } = await connected((_, __, message) => {
      message.once('close', () => {
        aborted = !message.complete;
      });
      message.on('error', () => {}).resume();
    });
    const broken = new Error('the builder went away');
    async function* archive() {
      yield randomBytes(100_000);
      throw broken;
    }
    await expect(engine.loadImages(archive())).rejects.toBe(broken);
    await expect.poll(() => aborted).toBe(true);
  });

  it.each([1, 2_000_000])('with UNAVAILABLE when the daemon dies after %i bytes', async (bytes) => {
    const { engine } = await connected(dyingAfter(bytes));
    const { seen, chunks } = endlessArchive();
    await expect(engine.loadImages(chunks)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect.poll(() => seen.ended).toBe(true);
  });

  it('with UNAVAILABLE when the daemon dies after the last byte', async () => {
    const { engine } = await connected((_, response, message) => {
      message.resume().once('end', () => {
        response.write('{"stream":"a"}\n', () => message.socket.destroy());
      });
    });
    await expect(engine.loadImages(archiveOf(randomBytes(100)))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('with UNAVAILABLE when the daemon dies while the archive hangs', async () => {
    const { engine } = await connected(dyingAfter(10));
    async function* hanging() {
      yield randomBytes(10);
      await new Promise(() => {});
    }
    await expect(engine.loadImages(hanging())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each(['while bytes flow', 'while the archive hangs', 'while the daemon unpacks'])(
    'with CANCELLED %s',
    async (phase) => {
      const { engine } = await connected(
        (_, __, message) => void message.on('error', () => {}).resume(),
      );
      async function* archive() {
        if (phase === 'while the daemon unpacks') return;
        yield randomBytes(10);
        if (phase === 'while the archive hangs') await new Promise(() => {});
        yield* endlessArchive().chunks;
      }
      const loading = engine.loadImages(archive(), { signal: AbortSignal.timeout(50) });
      await expect(loading).rejects.toMatchObject({ code: 'TIMEOUT' });
    },
  );

  it('with UNAVAILABLE where there is no daemon, and ends an archive that it has not begun', async () => {
    const engine = connectEngine('unix:///nonexistent/docker.sock');
    const archive = Readable.from(archiveOf(randomBytes(10)));
    await expect(engine.loadImages(archive)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(archive.destroyed).toBe(true);
  });

  it('with CANCELLED when the signal has fired before', async () => {
    const { engine } = await connected({});
    await expect(
      engine.loadImages(archiveOf(), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
