import { describe, expect, it } from 'vitest';
import { withCredentials } from './cache-credentials.js';

const actions = {
  ACTIONS_RUNTIME_TOKEN: 'token',
  ACTIONS_CACHE_URL: 'http://v1',
  ACTIONS_RESULTS_URL: 'http://v2',
};
const gha = (attrs = {}) => ({ type: 'gha', attrs });

describe('a cache gets', () => {
  it('what GitHub Actions say of theirs', () => {
    const attrs = { token: 'token', url: 'http://v1' };
    expect(withCredentials(gha({ scope: 'a' }), actions)).toEqual(gha({ ...attrs, scope: 'a' }));
    const v2 = { ...attrs, url_v2: 'http://v2' };
    expect(withCredentials(gha(), { ...actions, ACTIONS_CACHE_SERVICE_V2: 'true' })).toEqual(
      gha(v2),
    );
    expect(withCredentials(gha({ version: '2' }), actions)).toEqual(gha({ ...v2, version: '2' }));
  });

  it('nothing in place of what it names itself', () => {
    const own = gha({ token: 'mine', url: 'http://mine' });
    expect(withCredentials(own, actions)).toEqual(own);
  });

  it('left out outside of GitHub Actions', () => {
    expect(withCredentials(gha(), {})).toBeUndefined();
    expect(withCredentials(gha(), { ACTIONS_RUNTIME_TOKEN: 'token' })).toBeUndefined();
  });

  it('the login for AWS, unless it has one', () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_SESSION_TOKEN: 'token',
    };
    const login = { access_key_id: 'id', secret_access_key: 'key', session_token: 'token' };
    const s3 = (attrs: object) => ({ type: 's3', attrs: { bucket: 'b', ...attrs } });
    expect(withCredentials(s3({}), env)).toEqual(s3(login));
    const own = s3({ access_key_id: 'mine', secret_access_key: 'mine' });
    expect(withCredentials(own, env)).toEqual(own);
  });

  it('nothing where there is nothing to get', () => {
    const registry = { type: 'registry', attrs: { ref: 'a' } };
    expect(withCredentials(registry, actions)).toEqual(registry);
  });
});
