import { expect, it } from 'vitest';
import { fakeProgram } from '../fake-program.testing.js';
import { composeProgram } from './compose-program.js';
import { checkPullPolicies } from './pull-policies.js';

function check(services: object, names: string[] = [], containersBy: 'up' | 'run' = 'up') {
  const words = ['config', '--format', 'json', ...names].join(' ');
  const { program, cwd } = fakeProgram({ [words]: JSON.stringify({ services }) });
  return checkPullPolicies(composeProgram({ program, cwd, env: process.env }), containersBy, names);
}

it.each([undefined, '', 'build', 'if_not_present', 'missing', 'never'])(
  'what was built stays with the pull policy %s',
  async (pull_policy) => {
    await expect(check({ web: { build: {}, pull_policy } })).resolves.toBeUndefined();
  },
);

it.each(['always', 'daily', 'every_12h', 'refresh', 'of a later compose'])(
  'what was built may be pulled over with the pull policy %s',
  async (pull_policy) => {
    const services = { db: { image: 'db' }, web: { build: {}, pull_policy } };
    await expect(check(services, ['web'])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: `service web has the pull policy ${pull_policy}`,
    });
  },
);

it('services without a build may be pulled', async () => {
  await expect(check({ db: { image: 'db', pull_policy: 'always' } })).resolves.toBeUndefined();
});

it('run builds again what has the pull policy build', async () => {
  const services = { web: { build: {}, pull_policy: 'build' } };
  await expect(check(services, ['web'], 'run')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});
