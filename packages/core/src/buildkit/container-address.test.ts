import { describe, expect, test } from 'vitest';
import { formatContainerAddress, parseContainerAddress } from './container-address.js';

describe("the address of a builder's container", () => {
  test.each([
    ['docker-container://name', { container: 'name' }],
    ['docker-container://buildx_buildkit_b0', { container: 'buildx_buildkit_b0' }],
    ['docker-container://Name.1-x', { container: 'Name.1-x' }],
    ['docker-container://name?context=far', { container: 'name', context: 'far' }],
    ['docker-container://name?context=far%20away', { container: 'name', context: 'far away' }],
  ])('%s', (text, expected) => {
    const address = parseContainerAddress(text);
    expect(address).toEqual({ kind: 'docker-container', ...expected });
    expect(parseContainerAddress(formatContainerAddress(address))).toEqual(address);
  });

  test.each([
    ['no container', 'docker-container://'],
    ['a path', 'docker-container://name/../x'],
    ['a port', 'docker-container://name:1'],
    ['a user', 'docker-container://user@name'],
    ['another option', 'docker-container://name?kubeconfig=x'],
    ['two queries', 'docker-container://name?context=a?context=b'],
    ['another scheme', 'container://name'],
  ])('is refused with %s', (_, text) => {
    expect(() => parseContainerAddress(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});
