import { describe, expect, it } from 'vitest';
import { parseBakeDefinition } from './bake-definition.js';

const read = (value: unknown) => parseBakeDefinition(JSON.stringify(value), 'bake');

describe('what bake prints', () => {
  it('is groups and targets', () => {
    const definition = { group: { default: { targets: ['a'] } }, target: { a: { tags: ['x'] } } };
    expect(read(definition)).toEqual(definition);
  });

  it.each([
    ['a target with a key of a later bake', { target: { a: { nova: 1 } } }, 'UNSUPPORTED'],
    ['a target with a value of another kind', { target: { a: { tags: 'x' } } }, 'PROTOCOL'],
    ['nothing of the kind', { targets: {} }, 'PROTOCOL'],
  ])('is refused when it is %s', (_, value, code) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused when it is no JSON', () => {
    expect(() => parseBakeDefinition('nothing', 'bake')).toThrow(
      'cannot read what bake printed: it is no JSON',
    );
  });
});
