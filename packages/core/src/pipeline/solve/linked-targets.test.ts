import { describe, expect, it } from 'vitest';
import { linkTargets } from './linked-targets.js';

const result = (text: string) => ({
  states: new Map([['', { definition: Buffer.from(text), imageConfig: undefined }]]),
});

describe('contexts that are targets', () => {
  it('are replaced by the results of these; others stay', () => {
    const attrs = {
      'context:base': 'target:lower',
      'context:again': 'target:lower',
      'context:dir': 'local:dir',
      'build-arg:A': 'target:lower',
      target: 'target:lower',
    };
    const lower = result('lower');
    const { 'context:base': _, 'context:again': __, ...others } = attrs;
    expect(linkTargets(attrs, new Map([['lower', lower]]))).toEqual({
      frontendAttrs: others,
      inputs: new Map([
        ['base', lower],
        ['again', lower],
      ]),
    });
  });

  it('may be none', () => {
    const attrs = { 'context:dir': 'local:dir' };
    const linked = linkTargets(attrs, new Map([['lower', result('lower')]]));
    expect(linked).toEqual({ frontendAttrs: attrs, inputs: undefined });
  });

  it.each([
    ['no results', undefined],
    ['not that one', new Map([['other', result('other')]])],
  ])('cannot be used where there are %s', (_, results) => {
    expect(() => linkTargets({ 'context:base': 'target:lower' }, results)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('base=target:lower'),
      }),
    );
  });
});
