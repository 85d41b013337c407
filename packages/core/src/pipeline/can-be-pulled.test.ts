import { expect, it } from 'vitest';
import type { Engine } from '../engine/engine.js';
import { formatReference } from '../oci/reference.js';
import { canBePulled } from './can-be-pulled.js';

const auth = (registry: string) => ({
  DOCKER_AUTH_CONFIG: JSON.stringify({
    auths: { [registry]: { auth: Buffer.from('me:secret').toString('base64') } },
  }),
});

it.each([
  ['app', 'docker.io/library/app:latest', 'https://index.docker.io/v1/'],
  ['reg.test:5000/team/app:v1', 'reg.test:5000/team/app:v1', 'reg.test:5000'],
])("the daemon asks for %s with the user's login", async (image, name, registry) => {
  const asked: [string, unknown][] = [];
  const daemon: Pick<Engine, 'isInRegistry'> = {
    isInRegistry: async (reference, { login } = {}) => {
      asked.push([formatReference(reference), login]);
      return true;
    },
  };
  const env = { DOCKER_CONFIG: '/nonexistent' };
  const engine = daemon as Engine;
  expect(await canBePulled(image, engine, { env })).toBe(true);
  expect(await canBePulled(image, engine, { env: { ...env, ...auth(registry) } })).toBe(true);
  const login = expect.objectContaining({ username: 'me', password: 'secret' });
  expect(asked).toEqual([
    [name, undefined],
    [name, login],
  ]);
});
