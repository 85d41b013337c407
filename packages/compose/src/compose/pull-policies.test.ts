import { expect, it } from 'vitest';
import { checkPullPolicies } from './pull-policies.js';

it.each([undefined, '', 'build', 'if_not_present', 'missing', 'never'])(
  'what was built stays with the pull policy %s',
  (pull_policy) => {
    expect(() => checkPullPolicies({ web: { build: {}, pull_policy } }, 'up')).not.toThrow();
  },
);

it.each(['always', 'daily', 'every_12h', 'refresh', 'of a later compose'])(
  'what was built may be pulled over with the pull policy %s',
  (pull_policy) => {
    const services = { db: { image: 'db' }, web: { build: {}, pull_policy } };
    expect(() => checkPullPolicies(services, 'up')).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: `service web has the pull policy ${pull_policy}`,
      }),
    );
  },
);

it('services without a build may be pulled', () => {
  const services = { db: { image: 'db', pull_policy: 'always' } };
  expect(() => checkPullPolicies(services, 'up')).not.toThrow();
});

it('run builds again what has the pull policy build', () => {
  const services = { web: { build: {}, pull_policy: 'build' } };
  expect(() => checkPullPolicies(services, 'run')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  );
});
