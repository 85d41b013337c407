import { describe, expect, it } from 'vitest';
import { chooseWays } from './choose-ways.js';

const registry = 'registry.example/team/app';

describe('the ways of an image', () => {
  it('are the direct one, then the registry where there is one, then an archive', () => {
    expect(chooseWays({}, {})).toMatchObject({ first: 'direct', others: ['archive'] });
    expect(chooseWays({ registry }, {})).toMatchObject({
      first: 'direct',
      others: ['registry', 'archive'],
      repository: { domain: 'registry.example', path: 'team/app', plainHttp: false },
    });
  });

  it('are the one that is named and no other; an option counts before a variable', () => {
    const env = { WARMDOCK_VIA: 'registry', WARMDOCK_REGISTRY: `http://${registry}` };
    expect(chooseWays({}, env)).toMatchObject({
      first: 'registry',
      others: [],
      repository: { plainHttp: true },
    });
    expect(chooseWays({ via: 'archive' }, env)).toMatchObject({ first: 'archive', others: [] });
    expect(chooseWays({}, { WARMDOCK_VIA: '', WARMDOCK_REGISTRY: '' })).toMatchObject({
      first: 'direct',
      others: ['archive'],
    });
  });

  it.each([
    ['an unknown word', { WARMDOCK_VIA: 'pigeon' }, /"pigeon"/],
    ['a registry that is not given', { WARMDOCK_VIA: 'registry' }, /no repository is given/],
    ['a repository without a host', { WARMDOCK_REGISTRY: 'team/app' }, /names no registry/],
    ['a tag', { WARMDOCK_REGISTRY: `${registry}:v1` }, /has the tag v1/],
    ['a digest', { WARMDOCK_REGISTRY: `${registry}@sha256:${'a'.repeat(64)}` }, /has a digest/],
    ['what is no reference', { WARMDOCK_REGISTRY: 'registry.example/Team' }, /lower case/],
  ])('are refused for %s', (_name, env, message) => {
    const refused = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
    expect(() => chooseWays({}, env)).toThrow(refused);
  });
});
