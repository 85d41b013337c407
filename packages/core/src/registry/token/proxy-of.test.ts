import { describe, expect, test } from 'vitest';
import { proxyOf } from './proxy-of.js';

const proxies = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:2' };

const proxied = (url: string, env: NodeJS.ProcessEnv) => proxyOf(new URL(url), env)?.href;

describe('the proxy', () => {
  test.each<[rule: string, url: string, env: NodeJS.ProcessEnv, proxy: string | undefined]>([
    ['of https', 'https://a.example/', proxies, 'http://secure:1/'],
    ['of http', 'http://a.example/', proxies, 'http://plain:2/'],
    ['of the other scheme', 'https://a.example/', { HTTP_PROXY: 'http://p' }, undefined],
    ['in lower case', 'https://a.example/', { https_proxy: 'http://p' }, 'http://p/'],
    [
      'in upper case before lower case',
      'https://a.example/',
      { https_proxy: 'http://lower', HTTPS_PROXY: 'http://upper' },
      'http://upper/',
    ],
    ['that is empty', 'https://a.example/', { HTTPS_PROXY: '' }, undefined],
    ['without a scheme', 'https://a.example/', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128/'],
    ['with TLS of its own', 'https://a.example/', { HTTPS_PROXY: 'https://p' }, 'https://p/'],
    ['for localhost', 'https://localhost:5000/', proxies, undefined],
    ['for the loopback', 'https://127.0.0.2/', proxies, undefined],
    ['for the loopback of IPv6', 'https://[::1]/', proxies, undefined],
  ])('%s', (_rule, url, env, proxy) => {
    expect(proxied(url, env)).toBe(proxy);
  });

  test('that is no URL is an error which does not show it', () => {
    expect(() => proxied('https://a/', { HTTPS_PROXY: 'http://u:hunter2@[' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.not.stringContaining('hunter2'),
      }),
    );
  });

  test('of SOCKS is UNSUPPORTED', () => {
    expect(() => proxied('https://a/', { HTTPS_PROXY: 'socks5://p' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });
});

// As `TestUseProxy` and the documentation of Go's golang.org/x/net/http/httpproxy have it.
describe('NO_PROXY', () => {
  test.each<[noProxy: string, direct: string[], proxied: string[]]>([
    ['*', ['a.example', '10.1.2.3', '[2001:db8::1]'], []],
    [' , *', ['a.example'], []],
    ['b.example', ['b.example', 'a.b.example', 'B.EXAMPLE'], ['ab.example', 'example']],
    ['.b.example', ['a.b.example'], ['b.example', 'ab.example']],
    ['*.b.example', ['a.b.example'], ['b.example']],
    ['x, b.example ,y', ['b.example'], ['a.example']],
    ['b.example:443', ['b.example', 'a.b.example'], ['b.example:8443']],
    ['b.example:8443', ['b.example:8443'], ['b.example']],
    ['10.0.0.0/8', ['10.1.2.3'], ['11.1.2.3', 'ten.example']],
    ['10.1.2.3', ['10.1.2.3', '10.1.2.3:8443'], ['10.1.2.4']],
    ['10.1.2.3:8443', ['10.1.2.3:8443'], ['10.1.2.3']],
    ['2001:db8::1', ['[2001:db8::1]'], ['[2001:db8::2]']],
    ['2001:db8::/32', ['[2001:db8:1::2]'], ['[2001:db9::1]', '10.1.2.3']],
    ['[2001:db8::1]:443', ['[2001:db8::1]'], ['[2001:db8::1]:8443']],
    ['0.0.0.0/99,:443,/,.', [], ['a.example', '10.1.2.3']],
    ['', [], ['a.example']],
  ])('%j', (noProxy, direct, others) => {
    const by = (host: string) => proxied(`https://${host}/`, { ...proxies, NO_PROXY: noProxy });
    expect(direct.filter((host) => by(host) !== undefined)).toEqual([]);
    expect(others.filter((host) => by(host) === undefined)).toEqual([]);
    const env = { ...proxies, no_proxy: noProxy };
    expect(proxied(`https://${others[0] ?? 'a.example'}/`, env) === undefined).toBe(
      others.length === 0,
    );
  });
});
