import { startFakeEngine } from '@warmdock/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { parseReference } from '../oci/reference.js';
import { parseEngineAddress } from './endpoint/endpoint.js';
import { connectEngine } from './engine.js';

/** A daemon that answers a question about a registry with a status, and an engine that talks to it. */
async function connected(status: number) {
  const fake = await startFakeEngine({
    routes: { 'GET /distribution/*/json': { status, body: { message: 'because' } } },
  });
  const engine = connectEngine(fake.host, { apiVersion: '1.47' });
  onTestFinished(async () => {
    engine.close();
    await fake[Symbol.asyncDispose]();
  });
  return { engine, requests: fake.requests };
}

it('the daemon is asked for the whole name, with the login in its header', async () => {
  const { engine, requests } = await connected(200);
  const login = { username: 'me', password: 'p', identityToken: 'i', registryToken: 'r' };
  expect(await engine.isInRegistry(parseReference('app'))).toBe(true);
  expect(await engine.isInRegistry(parseReference('reg:5000/app:v1'), { login })).toBe(true);
  expect(requests.map(({ path }) => path)).toEqual([
    '/distribution/docker.io/library/app:latest/json',
    '/distribution/reg:5000/app:v1/json',
  ]);
  const [anonymous, known] = requests.map(({ headers }) => headers['x-registry-auth']);
  expect(anonymous).toBeUndefined();
  expect(JSON.parse(Buffer.from(String(known), 'base64url').toString())).toEqual({
    username: 'me',
    password: 'p',
    identitytoken: 'i',
    registrytoken: 'r',
  });
});

it.each([401, 403, 404, 500, 502])('no pull would succeed after status %i', async (status) => {
  const { engine } = await connected(status);
  expect(await engine.isInRegistry(parseReference('app'))).toBe(false);
});

it('a daemon that is not there is an error', async () => {
  const endpoint = parseEngineAddress('unix:///nonexistent/docker.sock');
  const engine = connectEngine(endpoint, { apiVersion: '1.47' });
  await expect(engine.isInRegistry(parseReference('app'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
});
