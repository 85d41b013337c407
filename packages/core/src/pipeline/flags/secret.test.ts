import { describe, expect, test } from 'vitest';
import type { SecretSource } from '../../buildkit/session/secrets.js';
import { parseSecretSpec } from './secret.js';

const env = { SET: 'x', EMPTY: '' };

describe('--secret', () => {
  test.each<[spec: string, source: SecretSource]>([
    ['id=a,src=path', { id: 'a', type: 'file', path: 'path' }],
    ['id=a,source=path', { id: 'a', type: 'file', path: 'path' }],
    ['ID=a,SRC=path', { id: 'a', type: 'file', path: 'path' }],
    ['id=a,env=NAME', { id: 'a', type: 'env', name: 'NAME' }],
    ['type=file,id=a,src=path', { id: 'a', type: 'file', path: 'path' }],
    ['type=env,id=a,src=NAME', { id: 'a', type: 'env', name: 'NAME' }],
    ['type=env,id=a,env=NAME,src=path', { id: 'a', type: 'env', name: 'NAME' }],
    ['id=a,src=path,env=NAME', { id: 'a', type: 'env', name: 'NAME' }],
    ['id=SET', { id: 'SET', type: 'env', name: 'SET' }],
    ['id=EMPTY', { id: 'EMPTY', type: 'env', name: 'EMPTY' }],
    ['id=UNSET', { id: 'UNSET', type: 'file', path: 'UNSET' }],
    ['type=env,id=UNSET', { id: 'UNSET', type: 'file', path: 'UNSET' }],
    ['id=a,src=x=y', { id: 'a', type: 'file', path: 'x=y' }],
    ['id=a,"src=a,b"', { id: 'a', type: 'file', path: 'a,b' }],
    ['id=a,"src=say ""hi"""', { id: 'a', type: 'file', path: 'say "hi"' }],
    ['id=a,id=b,src=p', { id: 'b', type: 'file', path: 'p' }],
  ])('%s', (spec, source) => {
    expect(parseSecretSpec(spec, env)).toEqual(source);
  });

  test.each([
    ['', 'it is empty'],
    ['src=path', 'it has no id'],
    ['id=a,path', 'a field is not key=value'],
    ['id=a,', 'a field is not key=value'],
    ['id=a,type=vault', 'the type is unknown'],
    ['id=a,target=x', 'a key is unknown'],
    ['id=a,src=x"y', 'a quote stands inside a field'],
    ['id=a,"src=x', 'a quote is not closed'],
    ['id=a,"src=x"y', 'text follows a closing quote'],
  ])('refuses %j: %s', (spec) => {
    expect(() => parseSecretSpec(spec, env)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});
