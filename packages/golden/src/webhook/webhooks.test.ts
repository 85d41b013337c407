import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fakeDaemon, gatedScript, until } from '../builds/builds.testing.js';
import { openBuilds } from '../builds/golden-builds.js';
import { serveWebhooks } from './serve-webhooks.js';
import { type WebhookOptions, webhookHandler } from './webhook-handler.js';
import { project, secret, secretFile, signatureOf, startWebhooks } from './webhooks.testing.js';

const hook = { provider: 'github', branch: 'main' } as const;
const push = JSON.stringify({ ref: 'refs/heads/main', after: 'abc' });

function headersFor(body: string, more: Record<string, string> = {}) {
  return { 'x-github-event': 'push', 'x-hub-signature-256': signatureOf(body), ...more };
}

const start = (options: Parameters<typeof startWebhooks>[1] = {}) => startWebhooks(hook, options);

/** Sends bytes as they are; answers with all that comes back until the connection ends. */
async function raw(url: string, send: (write: (text: string) => void) => Promise<void> | void) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  const answer = text(socket).catch(() => '');
  await send((chunk) => void socket.write(chunk));
  return answer;
}

const head = (length: string) =>
  `POST /hooks/${project} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n`;

describe('a delivery', () => {
  it('that is authentic asks for a build', async () => {
    const { builds, post } = await start();
    const response = await post(push, headersFor(push));
    expect([response.status, await response.json()]).toEqual([202, { result: 'accepted' }]);
    expect((await builds.status(project)).pending).toMatchObject({
      count: 1,
      reasons: ['push to main'],
    });
  });

  it('makes a golden', async () => {
    const { builds, post } = await start({ debounceMs: 0 });
    expect((await post(push, headersFor(push))).status).toBe(202);
    await until(async () => (await builds.status(project)).promotion === 'done');
    expect(await builds.status(project)).toMatchObject({ generation: 1 });
  });

  it.each([
    ['another event', '{}', { 'x-github-event': 'issues' }, { result: 'ignored' }],
    ['another branch', '{"ref":"refs/heads/x"}', {}, { result: 'ignored' }],
    ['a ping', '{}', { 'x-github-event': 'ping' }, { result: 'pong' }],
  ])('of %s asks for none', async (_, body, headers, answer) => {
    const { asked, post } = await start();
    const response = await post(body, headersFor(body, headers));
    expect([response.status, await response.json()]).toMatchObject([200, answer]);
    expect(await asked()).toBe(0);
  });

  it.each(['{', '[]', '{"ref":7}'])('with the payload %j is refused: 400', async (body) => {
    const { asked, post } = await start();
    const response = await post(body, headersFor(body));
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'payload is not what its headers announce' },
    ]);
    expect(await asked()).toBe(0);
  });

  it('whose build cannot be asked for is to be sent again: 503', async () => {
    const { builds, post, answers, asked } = await start();
    await builds.close();
    expect((await post(push, headersFor(push))).status).toBe(503);
    await until(() => answers.length === 1);
    expect(answers).toMatchObject([{ project, status: 503, cause: { code: 'UNAVAILABLE' } }]);
    expect(await asked()).toBe(0);
  });
});

describe('a repetition', () => {
  const again = { result: 'already' };

  it.each([
    ['is known by its id', push, { 'x-github-delivery': 'one' }, '{"ref":"refs/heads/main"}'],
    ['is known by its body under a new id', push, { 'x-github-delivery': 'two' }, push],
    ['is known by its body without an id', push, {}, push],
  ])('%s', async (_, body, headers, next) => {
    const { post, asked } = await start();
    const first = await post(body, headersFor(body, { 'x-github-delivery': 'one' }));
    expect(first.status).toBe(202);
    const second = await post(next, headersFor(next, headers));
    expect([second.status, await second.json()]).toEqual([200, again]);
    expect(await asked()).toBe(1);
  });

  it('is known after a restart', async () => {
    const first = await start();
    expect((await first.post(push, headersFor(push))).status).toBe(202);
    await first.close();
    const second = await start({ store: first.store });
    expect(await (await second.post(push, headersFor(push))).json()).toEqual(again);
    expect(await second.asked()).toBe(1);
  });

  it('is not known when the memory of them was lost, which keeps no delivery away', async () => {
    const { store, post, asked } = await start();
    expect((await post(push, headersFor(push))).status).toBe(202);
    await writeFile(join(store.root, 'projects', project, 'deliveries.json'), '');
    expect((await post(push, headersFor(push))).status).toBe(202);
    expect(await (await post(push, headersFor(push))).json()).toEqual(again);
    expect(await asked()).toBe(2);
  });

  it('that comes at the same time is one', async () => {
    const { post, asked } = await start();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(push, headersFor(push))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 202]);
    expect(await asked()).toBe(1);
  });

  it('of what was refused, ignored or not carried out is none', async () => {
    const { post, asked } = await start();
    const wrong = { 'x-hub-signature-256': signatureOf('x'), 'x-github-delivery': 'one' };
    expect((await post(push, headersFor(push, wrong))).status).toBe(401);
    expect((await post('{}', headersFor('{}', { 'x-github-event': 'ping' }))).status).toBe(200);
    expect((await post(push, headersFor(push, { 'x-github-delivery': 'one' }))).status).toBe(202);
    expect(await asked()).toBe(1);
  });

  it('is remembered for so many deliveries and no more', async () => {
    const { store, post } = await start();
    const path = join(store.root, 'projects', project, 'deliveries.json');
    expect((await post(push, headersFor(push))).status).toBe(202);
    const others = Array.from({ length: 1_000 }, (_, at) => ({ digest: `other-${at}` }));
    const { accepted } = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ format: 1, accepted: [...accepted, ...others] }));
    const next = JSON.stringify({ ref: 'refs/heads/main', after: 'def' });
    expect((await post(next, headersFor(next))).status).toBe(202);
    expect(JSON.parse(await readFile(path, 'utf8')).accepted).toHaveLength(1_000);
    expect((await post(push, headersFor(push))).status).toBe(202);
  });
});

describe('deliveries during a build', () => {
  it('make exactly one more', async () => {
    const { shell, open } = await gatedScript();
    const { store, close } = await start();
    await close();
    const projects = { [project]: { script: { shell }, daemon: fakeDaemon().launch } };
    await using builds = await openBuilds({ store, projects, debounceMs: 0 });
    const hooks = { [project]: { ...hook, secret: { file: await secretFile() } } };
    await using server = await serveWebhooks({ builds, hooks, listen: { port: 0 } });
    const send = (after: number) => {
      const body = JSON.stringify({ ref: 'refs/heads/main', after: String(after) });
      const headers = { 'content-type': 'application/json', ...headersFor(body) };
      return fetch(`${server.url}/hooks/${project}`, { method: 'POST', headers, body });
    };
    await send(0);
    await until(async () => (await builds.status(project)).phase === 'running');
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(send));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    await open();
    await until(async () => (await builds.status(project)).generation === 2);
    await delay(200);
    expect(await builds.status(project)).toMatchObject({ generation: 2, status: 'ready' });
  });
});

describe('a request', () => {
  it.each([
    ['with a wrong signature', project, headersFor('x')],
    ['without a signature', project, { 'x-github-event': 'push' }],
    [
      'of another provider that knows the secret',
      project,
      { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret },
    ],
    ['for a project that is not there', 'other', headersFor(push)],
  ])('%s is refused in one and the same way: 401', async (_, name, headers) => {
    const { post, asked } = await start();
    const response = await post(push, headers as Record<string, string>, `/hooks/${name}`);
    expect([response.status, await response.text()]).toEqual([401, '{"error":"unauthorized"}\n']);
    const names = [...response.headers.keys()].sort();
    expect(names).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
    ]);
    expect(await asked()).toBe(0);
  });

  it.each([
    '/',
    '/hooks',
    '/hooks/',
    '/hooks/a/b',
    '/hooks/..%2fapp',
    '/hooks/.app',
    '//',
    '/other',
  ])('to %s finds nothing: 404', async (path) => {
    const { post } = await start();
    expect((await post(push, headersFor(push), path)).status).toBe(404);
  });

  it.each(['GET', 'PUT', 'DELETE'])('with method %s is refused: 405', async (method) => {
    const { url } = await start();
    for (const name of [project, 'other']) {
      const response = await fetch(`${url}/hooks/${name}`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'])(
    'of content type %s is refused: 415',
    async (type) => {
      const { post } = await start();
      expect((await post(push, headersFor(push, { 'content-type': type }))).status).toBe(415);
    },
  );

  it('of a content type with parameters is taken', async () => {
    const { post } = await start();
    const type = 'application/json; charset=utf-8';
    expect((await post(push, headersFor(push, { 'content-type': type }))).status).toBe(202);
  });

  it('that announces too large a body is refused before it comes: 413', async () => {
    const { url } = await start({ maxBodyBytes: 100 });
    const answer = await raw(url, (write) => write(head('content-length: 101')));
    expect(answer).toMatch(/^HTTP\/1.1 413 (.|\n|\r)*"body too large"/);
  });

  it('whose body becomes too large is refused: 413', async () => {
    const { url } = await start({ maxBodyBytes: 100 });
    const chunk = `40\r\n${'x'.repeat(64)}\r\n`;
    const answer = await raw(url, (write) =>
      write(head('transfer-encoding: chunked') + chunk + chunk),
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 (.|\n|\r)*connection: close/i);
  });

  it('of just the largest size is taken', async () => {
    const { post } = await start({ maxBodyBytes: push.length });
    expect((await post(push, headersFor(push))).status).toBe(202);
  });

  it('whose body comes too slowly is refused: 408', async () => {
    const { url } = await start({ readTimeoutMs: 200 });
    const answer = await raw(url, async (write) => {
      write(head('content-length: 1000'));
      for (let i = 0; i < 10; i++) {
        write('x');
        await delay(40);
      }
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 (.|\n|\r)*"body too slow"/);
  });

  it('that breaks off leaves the server as it was', async () => {
    const { url, post } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${head('content-length: 1000')}x`);
    await delay(30);
    socket.destroy();
    expect((await post(push, headersFor(push))).status).toBe(202);
  });

  it('never has its body in an answer, nor the secret in what is told for logs', async () => {
    const { post, answers } = await start();
    const body = '{"ref":"<script>"}';
    const told = await Promise.all(
      [headersFor(body), headersFor('x'), { 'x-gitlab-token': secret }].map(async (headers) =>
        (await post(body, headers)).text(),
      ),
    );
    expect(`${told}${JSON.stringify(answers)}`).not.toMatch(new RegExp(`script|${secret}`));
  });
});

describe('status', () => {
  const get = (url: string, path: string, token?: string) =>
    fetch(`${url}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {});

  it('is not told unless asked for: 404', async () => {
    const { url } = await start();
    for (const path of ['/status', `/status/${project}`])
      expect((await get(url, path)).status).toBe(404);
  });

  it('is told of one and of all, without paths and output', async () => {
    const { url, builds } = await start({ status: 'public' });
    await builds.trigger(project, { reason: 'private' });
    const one = await (await get(url, `/status/${project}`)).json();
    expect(one).toEqual({
      project,
      status: 'none',
      promotion: 'none',
      pending: { requestedAt: expect.any(String), count: 1 },
    });
    expect(await (await get(url, '/status')).json()).toEqual({ projects: [one] });
    expect((await get(url, '/status/other')).status).toBe(404);
    expect((await fetch(`${url}/status`, { method: 'POST' })).status).toBe(405);
  });

  it('is told to those with the token alone', async () => {
    const { url } = await start({ status: { file: await secretFile('status-token-0123456789') } });
    expect((await get(url, '/status')).status).toBe(401);
    expect((await get(url, '/status', secret)).status).toBe(401);
    expect((await get(url, '/status', 'status-token-0123456789')).status).toBe(200);
  });
});

describe('an endpoint', () => {
  const make = async (secretSource: { file: string } | { env: string }, name = project) => {
    const { builds } = await start();
    const hooks: WebhookOptions['hooks'] = { [name]: { ...hook, secret: secretSource } };
    return () => webhookHandler({ builds, hooks });
  };

  it('takes a secret from the environment by name', async () => {
    process.env.WARMDOCK_TEST_SECRET = secret;
    onTestFinished(() => {
      delete process.env.WARMDOCK_TEST_SECRET;
    });
    expect(await make({ env: 'WARMDOCK_TEST_SECRET' })).not.toThrow();
  });

  it('does not begin with a short, empty or missing secret', async () => {
    const short = await secretFile('too-short-by-1\n');
    const gone = await secretFile();
    await rm(gone);
    for (const source of [{ file: short }, { file: gone }, { env: 'WARMDOCK_NO_SUCH' }])
      expect(await make(source)).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: expect.stringMatching(/^secret of webhook of app: (?!.*too-short-by)/),
        }),
      );
  });

  it('does not begin for a project without builds', async () => {
    expect(await make({ file: await secretFile() }, 'other')).toThrow(/no golden builds/);
  });

  it('does not listen where another does: UNAVAILABLE', async () => {
    const { builds, url } = await start();
    const listen = { port: Number(new URL(url).port) };
    await expect(serveWebhooks({ builds, hooks: {}, listen })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('mounted behind something that reads bodies says so: 500', async () => {
    const { builds } = await start();
    const hooks = { [project]: { ...hook, secret: { file: await secretFile() } } };
    const causes: unknown[] = [];
    const handler = webhookHandler(
      { builds, hooks },
      { onAnswer: ({ cause }) => causes.push(cause) },
    );
    const server = createServer(async (request, response) => {
      await text(request);
      handler(request, response);
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const headers = { 'content-type': 'application/json', ...headersFor(push) };
    const url = `http://127.0.0.1:${port}/hooks/${project}`;
    expect((await fetch(url, { method: 'POST', headers, body: push })).status).toBe(500);
    expect(causes).toMatchObject([
      { hint: expect.stringContaining('before anything that parses') },
    ]);
  });
});
