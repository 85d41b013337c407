import { describe, expect, it } from 'vitest';
import {
  formatBuilderAddress,
  isBuilderAddress,
  parseBuilderAddress,
  requestTarget,
  type TlsFiles,
} from './address.js';

describe('parseBuilderAddress', () => {
  it.each([
    ['tcp://builder:1234', { kind: 'tcp', host: 'builder', port: 1234 }],
    ['tcp://builder', { kind: 'tcp', host: 'builder', port: 1234 }],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['unix:///run/buildkit/buildkitd.sock', { kind: 'unix', path: '/run/buildkit/buildkitd.sock' }],
  ])('reads %s', (text, address) => {
    expect(parseBuilderAddress(text)).toEqual(address);
  });

  it.each([
    'tcp://',
    'unix://relative/path',
    'ssh://host',
    'http://host:1',
    'nonsense',
    'tcp://host:notaport',
  ])('refuses %s and says what is wanted', (text) => {
    expect(() => parseBuilderAddress(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        hint: expect.stringContaining('tcp://host:port'),
      }),
    );
  });

  it('does not repeat credentials that stand in an address', () => {
    expect(() => parseBuilderAddress('tcp://user:secret@host:1')).toThrow(
      /^(?!.*secret).*credentials/,
    );
  });

  it.each(['tcp://builder:1234', 'tcp://[::1]:99', 'unix:///run/x.sock'])(
    'writes %s as it was read',
    (text) => {
      expect(formatBuilderAddress(parseBuilderAddress(text))).toBe(text);
    },
  );
});

describe('requestTarget', () => {
  it.each<[string, TlsFiles | undefined, string]>([
    ['tcp://builder', undefined, 'http://builder:1234'],
    ['tcp://[::1]:99', undefined, 'http://[::1]:99'],
    ['unix:///run/x.sock', undefined, 'http://localhost'],
    ['tcp://builder:443', {}, 'https://builder'],
    ['tcp://[::1]:443', {}, 'https://[::1]'],
    ['tcp://10.0.0.1:443', { serverName: 'builder.test' }, 'https://builder.test'],
  ])('of %s with TLS %j is %s', (text, tls, target) => {
    const { scheme, authority } = requestTarget(parseBuilderAddress(text, tls));
    expect(`${scheme}://${authority}`).toBe(target);
  });
});

describe('isBuilderAddress', () => {
  it('tells addresses from names', () => {
    expect([isBuilderAddress('tcp://a:1'), isBuilderAddress('my-builder')]).toEqual([true, false]);
  });
});
