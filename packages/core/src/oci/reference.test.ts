import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.js';
import { formatFamiliar, formatReference, nameOf, parseReference } from './reference.js';

const digest = digestOf('an image');
const hex64 = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';

describe('parseReference normalises as docker does', () => {
  it.each([
    ['debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['debian:13', 'docker.io/library/debian:13', 'debian:13'],
    ['library/debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['docker.io/debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['index.docker.io/debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['index.docker.io/team/app', 'docker.io/team/app:latest', 'team/app:latest'],
    ['library/nested/app', 'docker.io/library/nested/app:latest', 'library/nested/app:latest'],
    ['team/app:v1', 'docker.io/team/app:v1', 'team/app:v1'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost', 'docker.io/library/localhost:latest', 'localhost:latest'],
    ['127.0.0.1:5000/app:v1', '127.0.0.1:5000/app:v1', '127.0.0.1:5000/app:v1'],
    ['registry/app', 'docker.io/registry/app:latest', 'registry/app:latest'],
    ['registry:5000/app', 'registry:5000/app:latest', 'registry:5000/app:latest'],
    ['Registry/app', 'Registry/app:latest', 'Registry/app:latest'],
    ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
    ['192.168.0.1:80', 'docker.io/library/192.168.0.1:80', '192.168.0.1:80'],
    ['example.com/a/b/c', 'example.com/a/b/c:latest', 'example.com/a/b/c:latest'],
    ['a--b__c.d', 'docker.io/library/a--b__c.d:latest', 'a--b__c.d:latest'],
    ['app:V_1.0-rc', 'docker.io/library/app:V_1.0-rc', 'app:V_1.0-rc'],
    [`docker.io/${hex64}`, `docker.io/library/${hex64}:latest`, `${hex64}:latest`],
    [`app@${digest}`, `docker.io/library/app@${digest}`, `app@${digest}`],
    [`app:v1@${digest}`, `docker.io/library/app:v1@${digest}`, `app:v1@${digest}`],
  ])('%s', (text, full, familiar) => {
    const reference = parseReference(text);
    expect(formatReference(reference)).toBe(full);
    expect(formatFamiliar(reference)).toBe(familiar);
    expect(parseReference(full)).toEqual(reference);
  });

  it('separates the parts', () => {
    expect(parseReference(`host:5000/team/app:v1@${digest}`)).toEqual({
      domain: 'host:5000',
      path: 'team/app',
      tag: 'v1',
      digest,
    });
    expect(nameOf(parseReference('debian:13'))).toBe('docker.io/library/debian');
  });

  it('accepts a path of 255 characters and a tag of 128', () => {
    expect(parseReference(`example.com/${'a'.repeat(255)}:${'t'.repeat(128)}`).path).toHaveLength(
      255,
    );
  });
});

describe('parseReference refuses', () => {
  it.each([
    ['nothing', ''],
    ['upper case in the path', 'team/App'],
    ['an upper-case name', 'App:v1'],
    ['64 hex digits', hex64],
    ['a path over 255 characters', `example.com/${'a'.repeat(256)}`],
    ['a tag over 128 characters', `app:${'t'.repeat(129)}`],
    ['a tag that begins with a dot', 'app:.v1'],
    ['a tag of other letters', 'app:ä'],
    ['an empty tag', 'app:'],
    ['a tag alone', ':v1'],
    ['a digest alone', `@${digest}`],
    ['a short digest', 'app@sha256:abcd'],
    ['an unknown algorithm', `app@sha999:${'f'.repeat(64)}`],
    ['a URL', 'https://example.com/app'],
    ['an empty component', 'team//app'],
    ['a trailing slash', 'team/'],
    ['a leading dash', '-app'],
    ['a trailing dash', 'app-/x'],
    ['a leading underscore', '_app'],
    ['two dots', 'a..b'],
    ['three underscores', 'a___b'],
    ['mixed separators', 'a_.b'],
    ['a parent folder', 'team/../app'],
    ['an address without brackets', 'fc00::1:5000/app'],
    ['an address with a zone', '[fe80::1%eth0]:5000/app'],
    ['an address alone', '[fc00::1]:5000'],
    ['a space', 'my app'],
    ['a newline', 'app\n'],
    ['a query', 'app?x=1'],
  ])('%s', (_, text) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('upper case with a message that says so', () => {
    expect(() => parseReference('team/App')).toThrow('names are in lower case');
  });

  it('a crafted name without delay', () => {
    const startedAt = performance.now();
    for (const text of [
      `${'a-'.repeat(500)}!/x`,
      `${'a.'.repeat(500)}!/x`,
      `x/${'a_'.repeat(400)}!`,
    ]) {
      expect(() => parseReference(text)).toThrow('not an image reference');
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
