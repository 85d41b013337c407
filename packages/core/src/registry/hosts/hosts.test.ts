import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registryHosts } from './registry-hosts.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'warmdock-certs-d-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function put(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

const hosts = (registry = 'r.example:5000', plainHttp = false) =>
  registryHosts(registry, {
    env: {},
    isPlain: async () => plainHttp,
    certsDirectories: [join(directory, 'gone'), directory],
  });

describe('the servers of a registry', () => {
  it('are itself alone where nothing is said', async () => {
    const { mirrors, origin } = await hosts();
    expect(mirrors).toEqual([]);
    expect(origin.base.href).toBe('https://r.example:5000/v2/');
    expect((await hosts('r.example', true)).origin.base.href).toBe('http://r.example/v2/');
    expect((await hosts('docker.io')).origin.base.href).toBe('https://registry-1.docker.io/v2/');
  });

  it('have the authorities and certificates of certs.d', async () => {
    put({
      'r.example:5000/a.crt': 'A',
      'r.example:5000/b.crt': 'B',
      'r.example:5000/me.cert': 'C',
      'r.example:5000/me.key': 'K',
      'other/c.crt': 'no',
    });
    const { origin } = await hosts();
    expect(origin.tls).toEqual({ ca: ['A', 'B'], client: [{ cert: 'C', key: 'K' }], verify: true });
  });

  it.each(['me.cert', 'me.key'])('are refused when %s is alone', async (name) => {
    put({ [`r.example:5000/${name}`]: 'x' });
    await expect(hosts()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('are those of hosts.toml, in its order', async () => {
    put({
      'r.example:5000/ca.pem': 'CA',
      'r.example:5000/hosts.toml': `
server = "https://real.example"

[host."https://mirror.example/registry"]
  capabilities = ["pull"]
  ca = "ca.pem"
  client = [["ca.pem", "ca.pem"]]
  dial_timeout = "1m30s"
  [host."https://mirror.example/registry".header]
    X-Team = "a"
    X-Many = ["b", "c"]

[host."http://plain.example:5000/as/is"]
  override_path = true
  skip_verify = true
`,
    });
    const { mirrors, origin } = await hosts();
    expect(mirrors.map(({ base }) => base.href)).toEqual([
      'https://mirror.example/registry/v2/',
      'http://plain.example:5000/as/is/',
    ]);
    const [first, second] = mirrors;
    expect(first).toMatchObject({
      headers: { 'x-team': 'a', 'x-many': 'b, c' },
      tls: { ca: ['CA'], client: [{ cert: 'CA', key: 'CA' }], verify: true },
      connectTimeoutMs: 90_000,
    });
    expect([...(first?.capabilities ?? [])]).toEqual(['pull']);
    expect([...(second?.capabilities ?? [])]).toEqual(['pull', 'resolve', 'push']);
    expect(second?.tls.verify).toBe(false);
    expect(origin.base.href).toBe('https://real.example/v2/');
  });

  it('are those of _default, where the registry has no folder', async () => {
    put({ '_default/hosts.toml': '[host."https://all.example"]\n' });
    expect((await hosts()).mirrors.map(({ base }) => base.host)).toEqual(['all.example']);
  });

  it.each([
    ['server = ', 'line 1: '],
    ['server = 3', 'the value of server '],
    ['server = "ftp://a"', 'ftp://a'],
    ['[host."https://a"]\ncapabilities = ["fly"]', 'host.https://a.capabilities.0 '],
    ['[host."https://a"]\ndial_timeout = "soon"', '"soon"'],
    ['[host."https://a"]\nca = "gone.pem"', 'gone.pem'],
  ])('%s is refused, with the file and the place named', async (text, place) => {
    put({ 'r.example:5000/hosts.toml': text });
    const error = await hosts().catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(directory),
    });
    expect((error as Error).message).toContain(place);
  });
});
