import { describe, expect, it } from 'vitest';
import { baseEnvironment, guessedSecrets } from './environment.js';

describe('baseEnvironment', () => {
  it('passes on who and where, and nothing else', () => {
    const kept = { PATH: '/bin', HOME: '/root', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
    const dropped = {
      DOCKER_HOST: 'tcp://other:2375',
      GITHUB_TOKEN: 'secret',
      HTTP_PROXY: 'http://user:pass@proxy',
      LD_PRELOAD: '/lib/x.so',
      NODE_OPTIONS: '--inspect',
      MY_PATH: '/opt',
    };
    expect(baseEnvironment({ ...kept, ...dropped })).toEqual(kept);
  });

  it('has a PATH in any case', () => {
    expect(baseEnvironment({}).PATH).toContain('/usr/bin');
  });
});

describe('guessedSecrets', () => {
  it.each([
    'NPM_TOKEN',
    'DB_PASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'api_key',
    'KEY',
    'BASIC_AUTH',
    'GOOGLE_CREDENTIALS',
  ])('takes %s for a credential', (name) => {
    expect(guessedSecrets({ [name]: 'a-value' })).toEqual(['a-value']);
  });

  it.each(['KEYBOARD', 'BRANCH', 'MONKEY'])('does not take %s for one', (name) => {
    expect(guessedSecrets({ [name]: 'a-value' })).toEqual([]);
  });

  it('takes every long line, and no short one', () => {
    const value = '-- BEGIN --\nfirst-line\nsecond-longer-line\n}\n';
    expect(guessedSecrets({ A_KEY: value, TOKEN: 'abc' })).toEqual([
      '-- BEGIN --',
      'first-line',
      'second-longer-line',
    ]);
  });
});
