import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEngineAddress } from './endpoint.js';

describe('parseEngineAddress', () => {
  it.each([
    ['unix:///run/docker.sock', { kind: 'unix', path: '/run/docker.sock' }],
    ['unix://', { kind: 'unix', path: '/var/run/docker.sock' }],
    ['unix:///a b/docker.sock', { kind: 'unix', path: '/a b/docker.sock' }],
    ['tcp://host:2376', { kind: 'tcp', host: 'host', port: 2376 }],
    ['tcp://host', { kind: 'tcp', host: 'host', port: 2375 }],
    ['tcp://host:', { kind: 'tcp', host: 'host', port: 2375 }],
    ['tcp://host:2376/', { kind: 'tcp', host: 'host', port: 2376 }],
    ['tcp://:4000', { kind: 'tcp', host: '127.0.0.1', port: 4000 }],
    ['tcp://', { kind: 'tcp', host: '127.0.0.1', port: 2375 }],
    ['tcp://[::1]:4000', { kind: 'tcp', host: '::1', port: 4000 }],
    ['host:4000', { kind: 'tcp', host: 'host', port: 4000 }],
  ])('reads %s as docker does', (address, endpoint) => {
    expect(parseEngineAddress(address)).toEqual(endpoint);
  });

  it.each([['npipe:////./pipe/docker_engine'], ['ssh://user@host'], ['fd://']])(
    'refuses %s as unsupported and says what to do instead',
    (address) => {
      expect(() => parseEngineAddress(address)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', hint: expect.stringMatching(/.+/) }),
      );
    },
  );

  it.each([
    [''],
    ['http://host:80'],
    ['constructor://x'],
    ['unix://relative.sock'],
    ['tcp://host:0'],
    ['tcp://host:70000'],
    ['tcp://host:port'],
    ['tcp://user@host:1'],
    ['tcp://host:1/path'],
    ['tcp://a b'],
    ['tcp://tcp://host'],
  ])('refuses %j', (address) => {
    expect(() => parseEngineAddress(address)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('keeps a password out of the error', () => {
    expect(() => parseEngineAddress('https://me:secret@host')).toThrow(/^(?!.*secret)/);
  });

  it('gives TLS to tcp only', () => {
    const tls = { verify: true };
    expect(parseEngineAddress('tcp://host', tls)).toHaveProperty('tls', tls);
    expect(parseEngineAddress('unix:///a', tls)).not.toHaveProperty('tls');
  });
});

describe('formatEndpoint', () => {
  it.each(['unix:///run/docker.sock', 'tcp://host:2376', 'tcp://[::1]:4000'])(
    'writes %s as it was read',
    (address) => {
      expect(formatEndpoint(parseEngineAddress(address))).toBe(address);
    },
  );
});
