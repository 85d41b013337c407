import { describe, expect, test } from 'vitest';
import { pickMirror } from './apt.js';

describe('pickMirror', () => {
  test('takes the archive, not the security updates', () => {
    const targets =
      'Debian Debian-Security http://a/debian-security/\nDebian Debian http://a/debian/\n';
    expect(pickMirror(targets)).toBe('http://a/debian/');
  });

  test.each(['', 'Ubuntu Ubuntu http://a/ubuntu/\n'])('finds none in «%s»', (targets) => {
    expect(pickMirror(targets)).toBeUndefined();
  });
});
