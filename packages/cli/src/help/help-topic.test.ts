import { describe, expect, test } from 'vitest';
import { helpTopic } from './help-topic.js';

describe('help', () => {
  test('without a command lists the commands', () => {
    expect(helpTopic([])).toMatch(
      /^Usage: {2}warmdock COMMAND\n[\s\S]*\n {2}build {8}Build an image/,
    );
  });

  test.each([
    ['build', /^Usage: {2}warmdock build \[OPTIONS\] PATH[\s\S]*-t, --tag stringArray {3,}\S/],
    ['golden', /^Usage: {2}warmdock golden COMMAND\n[\s\S]*^ {2}clone /m],
    ['golden clone', /^Usage: {2}warmdock golden clone \[OPTIONS\] PROJECT SESSION\n/],
    ['shim install', /^Usage: {2}warmdock shim install \[OPTIONS\]\n/],
    ['help', /^Usage: {2}warmdock help /],
    ['environment', /^ {2}WARMDOCK_DOCKER +The real docker/m],
  ])('shows %j', (words, text) => {
    expect(helpTopic(words.split(' '))).toMatch(text);
  });

  test('leaves out what is only taken for the sake of old command lines', () => {
    expect(helpTopic(['build'])).not.toContain('--force-rm');
  });

  test.each([
    ['biuld', 1, /^ERROR: unknown command: "biuld"\nDid you mean build\?\n\nUsage: /],
    ['golden clon', 1, /^ERROR: unknown command: warmdock golden "clon"\nDid you mean clone\?\n/],
    ['something', 1, /^ERROR: unknown command: "something"\n\nUsage: /],
    ['build .', 1, /^ERROR: unknown command: warmdock build "."\n\nUsage: /],
  ])('of %j is refused', (words, exitCode, message) => {
    expect(() => helpTopic(words.split(' '))).toThrow(
      expect.objectContaining({ exitCode, message: expect.stringMatching(message) }),
    );
  });
});
