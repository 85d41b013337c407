import { createServer, type Server } from 'node:net';
import { type FakeEngineOptions, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../oci/digest.js';
import { parseReference } from '../oci/reference.js';
import { connectEngine } from './engine.js';

const id = digestOf('image');
const app = parseReference('app');
const inspectAnswer = {
  Id: id,
  RepoTags: ['app:latest'],
  RootFS: { Layers: [id] },
  Os: 'linux',
  Architecture: 'amd64',
};
const ping = {
  'GET /_ping': {
    headers: { 'api-version': '1.47', ostype: 'linux', 'builder-version': '2' },
    body: 'OK',
  },
} as const;

/** A fake daemon that answers pings, and an engine that talks to it. */
async function connected(routes: FakeEngineOptions['routes'] = {}, apiVersion?: string) {
  const fake = await startFakeEngine({ routes: { ...ping, ...routes } });
  const engine = connectEngine(fake.host, { apiVersion });
  onTestFinished(async () => {
    engine.close();
    await fake[Symbol.asyncDispose]();
  });
  return {
    fake,
    engine,
    asked: () => fake.requests.map(({ method, path }) => `${method} ${path}`),
  };
}

describe('the API version', () => {
  it('is asked for once, whatever is called at the same time', async () => {
    const { engine, fake, asked } = await connected({
      'GET /images/*/json': { body: inspectAnswer },
    });
    await Promise.all([engine.ping(), engine.inspectImage('a'), engine.inspectImage('b')]);
    await engine.inspectImage('c');
    expect(asked().filter((line) => line.includes('_ping'))).toHaveLength(1);
    expect(fake.requests.slice(1).map(({ apiVersion }) => apiVersion)).toEqual([
      '1.47',
      '1.47',
      '1.47',
    ]);
  });

  it('is taken from an answer that came without it', async () => {
    const { engine, fake, asked } = await connected({
      'GET /images/*/history': { headers: { 'api-version': '1.47' }, body: '[]' },
      'GET /images/*/json': { body: inspectAnswer },
    });
    await engine.resolveImage(app);
    await engine.resolveImage(app);
    expect(asked().map((line) => line.replace(/.*\//, ''))).toEqual([
      'history',
      'json',
      'history',
      'json',
    ]);
    expect(fake.requests.map(({ apiVersion }) => apiVersion)).toEqual([
      undefined,
      '1.47',
      '1.47',
      '1.47',
    ]);
  });

  it('is not asked for when it is given', async () => {
    const { engine, fake } = await connected(
      { 'GET /images/*/json': { body: inspectAnswer } },
      '1.44',
    );
    await engine.inspectImage('app');
    expect(fake.requests.map(({ path, apiVersion }) => [path, apiVersion])).toEqual([
      ['/images/app/json', '1.44'],
    ]);
  });

  it('is asked for again after a failure', async () => {
    let answers = 0;
    const { engine } = await connected({
      'GET /_ping': (_, response) => {
        answers += 1;
        response.writeHead(answers === 1 ? 500 : 200, { 'api-version': '1.51' }).end();
      },
    });
    await expect(engine.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await engine.ping()).toEqual({
      apiVersion: '1.51',
      newestApiVersion: '1.51',
      osType: 'linux',
      buildkit: false,
    });
  });

  it('survives the cancelling of one caller', async () => {
    const { engine } = await connected({
      'GET /_ping': (_, response) =>
        void setTimeout(() => response.writeHead(200, { 'api-version': '1.50' }).end(), 50),
    });
    const abort = new AbortController();
    const [first, second] = [engine.ping({ signal: abort.signal }), engine.ping()];
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await second).toMatchObject({ apiVersion: '1.50' });
  });

  it('is missing where something else than Docker answers', async () => {
    const { engine } = await connected({ 'GET /_ping': { body: 'hello' } });
    await expect(engine.ping()).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('not a Docker daemon'),
    });
  });
});

describe('images', () => {
  it('inspects by reference and by id', async () => {
    const { engine, asked } = await connected({ 'GET /images/*/json': { body: inspectAnswer } });
    expect(await engine.inspectImage('127.0.0.1:5000/team/app:v1')).toMatchObject({
      id,
      tags: ['app:latest'],
      diffIds: [id],
    });
    await engine.inspectImage(id);
    expect(asked().slice(1)).toEqual([
      'GET /images/127.0.0.1:5000/team/app:v1/json',
      `GET /images/${id}/json`,
    ]);
  });

  it('that do not exist are undefined or false, not errors', async () => {
    const { engine } = await connected();
    expect(await engine.inspectImage('app')).toBeUndefined();
    expect(await engine.resolveImage(app)).toBeUndefined();
    expect(await engine.tagImage(id, app)).toBe(false);
    expect(await engine.removeImage(id)).toBe(false);
  });

  it('resolves a reference by the history', async () => {
    const { engine, asked } = await connected({
      'GET /images/*/history': { body: `[{"Id":"${id}"},{"Id":"<missing>"}]` },
    });
    expect(await engine.resolveImage(app)).toBe(id);
    expect(asked()).toEqual(['GET /images/docker.io/library/app:latest/history']);
  });

  it.each([
    ['has no history', { body: '[]' }],
    ['cannot be read by the daemon', { status: 500, body: { message: 'snapshot does not exist' } }],
  ])('resolves a reference by inspecting when the image %s', async (_, history) => {
    const { engine } = await connected({
      'GET /images/*/history': history,
      'GET /images/*/json': { body: inspectAnswer },
    });
    expect(await engine.resolveImage(app)).toBe(id);
  });

  it('tags, whatever the reference', async () => {
    const { engine, fake } = await connected({ 'POST /images/*/tag': { status: 201 } });
    expect(await engine.tagImage(id, app)).toBe(true);
    expect(await engine.tagImage(id, parseReference('127.0.0.1:5000/team/app:v1'))).toBe(true);
    expect(fake.requests.slice(1).map(({ query }) => Object.fromEntries(query))).toEqual([
      { repo: 'app', tag: 'latest' },
      { repo: '127.0.0.1:5000/team/app', tag: 'v1' },
    ]);
  });

  it('cannot be tagged with a digest', async () => {
    const { engine, asked } = await connected();
    await expect(engine.tagImage(id, parseReference(`app@${id}`))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(asked()).toEqual([]);
  });

  it('removes, with force only when asked', async () => {
    const { engine, fake } = await connected({ 'DELETE /images/*': { body: '[]' } });
    expect(await engine.removeImage('app')).toBe(true);
    expect(await engine.removeImage('app', { force: true, noPrune: true })).toBe(true);
    expect(fake.requests.slice(1).map(({ query }) => Object.fromEntries(query))).toEqual([
      { force: 'false', noprune: 'false' },
      { force: 'true', noprune: 'true' },
    ]);
  });

  it('in use are not removed: CONFLICT', async () => {
    const { engine } = await connected({
      'DELETE /images/*': { status: 409, body: { message: 'image is being used' } },
    });
    await expect(engine.removeImage('app')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('image is being used'),
    });
  });

  it('lists', async () => {
    const { engine } = await connected({
      'GET /images/json': { body: `[{"Id":"${id}","RepoTags":["a:b"],"Created":5}]` },
    });
    expect(await engine.listImages()).toEqual([{ id, tags: ['a:b'], createdUnix: 5 }]);
  });

  it.each([
    '',
    '../info',
    'a/../../info',
    'a b',
    'a?x=1',
    'a#b',
    'a%2fb',
    'a//b',
    './a',
    'a\r\nX: y',
  ])('under the name %j are not asked for', async (name) => {
    const { engine, asked } = await connected();
    await expect(engine.inspectImage(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(asked()).toEqual([]);
  });
});

describe('containers', () => {
  it('are listed, whether they run or not', async () => {
    const container = {
      Id: 'abc',
      Names: ['/app', '/other/app'],
      Image: 'app:v1',
      State: 'exited',
    };
    const { engine, fake } = await connected({
      'GET /containers/json': { body: JSON.stringify([container, { Id: 'def', Names: null }]) },
    });
    expect(await engine.listContainers()).toEqual([
      { id: 'abc', names: ['app', 'other/app'], image: 'app:v1', state: 'exited' },
      { id: 'def', names: [], image: '', state: '' },
    ]);
    expect(fake.requests.at(-1)?.query.get('all')).toBe('true');
  });

  it.each(['{}', '[{"Names":[]}]', '[{"Id":"a","Names":[1]}]', '[{"Id":"a","Names":"b"}]'])(
    'are not taken from the answer %s',
    async (body) => {
      const { engine } = await connected({ 'GET /containers/json': { body } });
      await expect(engine.listContainers()).rejects.toMatchObject({ code: 'PROTOCOL' });
    },
  );

  it('are removed, by force and with their volumes only when asked', async () => {
    const { engine, fake, asked } = await connected({ 'DELETE /containers/*': { status: 204 } });
    expect(await engine.removeContainer('app')).toBe(true);
    expect(await engine.removeContainer('abc1', { force: true, volumes: true })).toBe(true);
    expect(asked().slice(1)).toEqual(['DELETE /containers/app', 'DELETE /containers/abc1']);
    expect(fake.requests.slice(1).map(({ query }) => Object.fromEntries(query))).toEqual([
      { force: 'false', v: 'false' },
      { force: 'true', v: 'true' },
    ]);
  });

  it('that are gone are no failure', async () => {
    const { engine } = await connected();
    expect(await engine.removeContainer('app')).toBe(false);
  });

  it('that run are not removed without force: CONFLICT', async () => {
    const { engine } = await connected({
      'DELETE /containers/*': { status: 409, body: { message: 'container is running' } },
    });
    await expect(engine.removeContainer('app')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('removing container app'),
    });
  });

  it.each(['', '.', '..', '/app', 'a/b', 'a b', 'a?force=true', 'a%2fb', '-a', 'a\r\nX: y', 'a\n'])(
    'under the name %j are not asked for',
    async (name) => {
      const { engine, asked } = await connected();
      await expect(engine.removeContainer(name)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      expect(asked()).toEqual([]);
    },
  );
});

describe('answers that are no success', () => {
  it('throw with what the daemon said', async () => {
    const { engine } = await connected({
      'GET /info': { status: 500, body: { message: 'disk is full' } },
    });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('disk is full'),
    });
  });

  it('are quoted only in part when they are long', async () => {
    const { engine } = await connected({ 'GET /info': { status: 400, body: 'x'.repeat(100_000) } });
    const error = await engine.info().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(error.message.length).toBeLessThan(1_000);
  });

  it('throw PROTOCOL when they are not JSON', async () => {
    const { engine } = await connected({ 'GET /info': { body: '<html>' } });
    await expect(engine.info()).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('a daemon that cannot be reached', () => {
  it('has no socket', async () => {
    const engine = connectEngine('unix:///nonexistent/docker.sock');
    await expect(engine.inspectImage('app')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('unix:///nonexistent/docker.sock'),
      hint: expect.stringContaining('running'),
    });
  });

  it('refuses tcp connections', async () => {
    const port = await freePort();
    const engine = connectEngine(`tcp://127.0.0.1:${port}`);
    await expect(engine.info()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('goes away in the middle of an answer', async () => {
    const { engine } = await connected({
      'GET /info': (_, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"ID":');
        setTimeout(() => response.destroy(), 20);
      },
    });
    await expect(engine.info()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is asked about itself once for many builds, in a row and at the same time', async () => {
    const info = { DriverStatus: [], ServerVersion: '28', OSType: 'linux', Architecture: 'x86_64' };
    const { engine, asked } = await connected({ 'GET /info': { body: { ...info, Driver: 'd' } } });
    const both = await Promise.all([engine.info(), engine.info()]);
    expect(both).toMatchObject([{ store: 'classic', serverVersion: '28' }, { store: 'classic' }]);
    expect(await engine.info()).toMatchObject({ store: 'classic' });
    expect(asked()).toEqual(['GET /info']);
  });

  it('speaks another protocol', async () => {
    const server = createServer((socket) =>
      socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n'),
    );
    const engine = connectEngine(`tcp://127.0.0.1:${await listen(server)}`);
    await expect(engine.ping()).rejects.toMatchObject({ code: 'PROTOCOL' });
    server.close();
  });

  it('is asked about itself again after it could not tell', async () => {
    const { engine, asked } = await connected({ 'GET /info': { status: 500, body: '{}' } });
    for (let round = 0; round < 2; round++)
      await expect(engine.info()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked()).toEqual(['GET /info', 'GET /info']);
  });

  it('is not waited for when the caller cancels', async () => {
    const { engine } = await connected({ 'GET /info': () => {} });
    await engine.ping();
    const asked = engine.info({ signal: AbortSignal.timeout(30) });
    await expect(asked).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(engine.info({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('is reached again after it has closed idle connections', async () => {
    const { engine, fake } = await connected({ 'GET /images/json': { body: '[]' } });
    for (let round = 0; round < 3; round++) {
      expect(await engine.listImages()).toEqual([]);
      fake.cut();
    }
  });
});

describe('close', () => {
  it('lets the process end: no connection is left', async () => {
    const { engine, fake } = await connected({ 'GET /images/json': { body: '[]' } });
    await Promise.all([engine.listImages(), engine.listImages()]);
    engine.close();
    expect(fake.requests).toHaveLength(3);
    expect(await engine.listImages()).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
}
