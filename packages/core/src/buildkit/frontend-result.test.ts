import { describe, expect, it } from 'vitest';
import type { BridgeResult } from '../gen/gateway.js';
import { type FrontendResult, frontendInputs, frontendResultOf } from './frontend-result.js';

const ref = (text: string) => ({ id: text, definition: Buffer.from(text) });
const config = (text: string) => Buffer.from(text);
const none = { ref: undefined, refs: undefined, metadata: {} };

describe('the result of a frontend', () => {
  it.each<[rule: string, result: BridgeResult, states: FrontendResult['states']]>([
    [
      'for one platform has no name',
      { ...none, ref: ref('a'), metadata: { 'containerimage.config': config('{}') } },
      new Map([['', { definition: config('a'), imageConfig: config('{}') }]]),
    ],
    [
      'is a file system alone where no image was made',
      { ...none, ref: ref('a'), metadata: { other: config('x') } },
      new Map([['', { definition: config('a'), imageConfig: undefined }]]),
    ],
    [
      'for named platforms has a config for each',
      {
        ...none,
        refs: { refs: { 'linux/arm64': ref('a'), 'linux/amd64': ref('b') } },
        metadata: {
          'containerimage.config/linux/arm64': config('A'),
          'containerimage.config/linux/amd64': config('B'),
          'containerimage.config': config('not this one'),
        },
      },
      new Map([
        ['linux/arm64', { definition: config('a'), imageConfig: config('A') }],
        ['linux/amd64', { definition: config('b'), imageConfig: config('B') }],
      ]),
    ],
    ['may be nothing', none, new Map()],
  ])('%s', (_rule, result, states) => {
    expect(frontendResultOf(result)).toEqual({ states, metadata: result.metadata });
  });
});

describe('inputs of a solve', () => {
  const state = (definition: string, imageConfig?: string) => ({
    definition: Buffer.from(definition),
    imageConfig: imageConfig === undefined ? undefined : Buffer.from(imageConfig),
  });

  it('are named by the context, and say what image they are', () => {
    const results = new Map([['base', { states: new Map([['', state('a', '{"x":1}')]]) }]]);
    const { attrs, definitions } = frontendInputs(results);
    expect(definitions).toEqual({ base: Buffer.from('a') });
    expect(attrs).toEqual({
      'context:base': 'input:base',
      'input-metadata:base': '{"containerimage.config":"eyJ4IjoxfQ=="}',
    });
  });

  it('name the platform where there are several, and no image where there is none', () => {
    const states = new Map([
      ['linux/amd64', state('a')],
      ['linux/arm64', state('b')],
    ]);
    const { attrs, definitions } = frontendInputs(new Map([['base', { states }]]));
    expect(Object.keys(definitions)).toEqual(['base::linux/amd64', 'base::linux/arm64']);
    expect(attrs).toEqual({
      'context:base::linux/amd64': 'input:base::linux/amd64',
      'context:base::linux/arm64': 'input:base::linux/arm64',
    });
  });
});
