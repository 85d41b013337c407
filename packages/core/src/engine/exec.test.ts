import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { type FakeEngineOptions, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from './engine.js';

function piece(stream: number, content: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
}

const created = { 'POST /containers/box/exec': { status: 201, body: { Id: 'e1' } } };

async function connected(options: FakeEngineOptions) {
  const fake = await startFakeEngine(options);
  const engine = connectEngine(fake.host);
  onTestFinished(async () => {
    engine.close();
    await fake[Symbol.asyncDispose]();
  });
  return { fake, engine };
}

/** A program in a container, and the connection over which the daemon runs it. */
async function running() {
  let connection: Duplex | undefined;
  const { fake, engine } = await connected({
    routes: created,
    upgrades: {
      'POST /exec/e1/start': (stream) => {
        connection = stream;
      },
    },
  });
  const stream = await engine.exec('box', ['tool', 'word']);
  if (!connection) throw new Error('nothing was started');
  return { fake, stream, connection };
}

describe('a program in a container', () => {
  it('is created and started without a terminal', async () => {
    const { fake, stream } = await running();
    stream.destroy();
    expect(fake.requests.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: ['tool', 'word'] },
      { Detach: false, Tty: false },
    ]);
    expect(fake.requests[1]?.headers).toMatchObject({ upgrade: 'tcp', connection: 'Upgrade' });
  });

  it('is spoken to in plain bytes, and heard without what it says besides', async () => {
    const { stream, connection } = await running();
    stream.write('to it');
    expect(String((await once(connection, 'data'))[0])).toBe('to it');
    connection.write(Buffer.concat([piece(1, 'from '), piece(2, 'oops'), piece(1, 'it')]));
    connection.end();
    expect(await text(stream)).toBe('from it');
    expect(stream.errorOutput).toBe('oops');
  });

  it('of what it says besides, keeps the end', async () => {
    const { stream, connection } = await running();
    for (let line = 0; line < 2000; line++) connection.write(piece(2, `line ${line}\n`));
    connection.end();
    await text(stream);
    expect(stream.errorOutput.length).toBeLessThanOrEqual(4096);
    expect(stream.errorOutput).toMatch(/line 1999$/);
  });

  it.each([
    ['ends', (connection: Duplex) => connection.end()],
    ['is cut off', (connection: Duplex) => connection.destroy()],
  ])('that %s is explained, where somebody can, whatever is written meanwhile', async (_, end) => {
    const { stream, connection } = await running();
    stream.explainEnd = async () => {
      stream.write('into the void');
      return new Error('it was stopped');
    };
    stream.resume();
    end(connection);
    await expect(once(stream, 'close')).rejects.toThrow('it was stopped');
  });

  it('loses its connection with the stream', async () => {
    const { stream, connection } = await running();
    stream.destroy();
    connection.resume();
    await once(connection, 'end');
  });

  it('whose reader is slow holds the daemon back', async () => {
    const { stream, connection } = await running();
    for (let sent = 0; sent < 100; sent++) connection.write(piece(1, 'x'.repeat(60_000)));
    for (let turn = 0; turn < 100; turn++) await setImmediate();
    expect(stream.readableLength).toBeLessThan(1_000_000);
    connection.end();
    expect(await text(stream)).toHaveLength(6_000_000);
  });

  it.each([
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [500, 'UNAVAILABLE'],
  ])('that the daemon refuses by %d is %s', async (status, code) => {
    const { engine } = await connected({
      routes: { 'POST /containers/box/exec': { status, body: { message: 'no' } } },
    });
    await expect(engine.exec('box', ['tool'])).rejects.toMatchObject({
      code,
      message: `running tool in container box: the Docker daemon answered ${status}: no`,
    });
  });

  it('must have a name that leads nowhere else', async () => {
    const { engine } = await connected({});
    await expect(engine.exec('../box', ['tool'])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
