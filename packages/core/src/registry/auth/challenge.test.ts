import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.js';

const read = (header: string | undefined) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('challenges', () => {
  it.each<[header: string | undefined, challenges: unknown[]]>([
    [undefined, []],
    ['', []],
    ['Basic realm="Registry"', [['basic', { realm: 'Registry' }]]],
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.example/token',
            service: 'registry.example',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    ],
    ['bearer Realm = token , error="a \\"b\\""', [['bearer', { realm: 'token', error: 'a "b"' }]]],
    [
      'Basic realm="a", Bearer realm="b",service=c',
      [
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b', service: 'c' }],
      ],
    ],
    [
      'Negotiate, Basic realm="a"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
    ['Basic realm="first",realm="second"', [['basic', { realm: 'first' }]]],
    ['Bearer realm="never ends', [['bearer', {}]]],
    ['=,=', []],
  ])('%s', (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it('takes no time for what nobody would write', () => {
    const start = performance.now();
    parseChallenges(`Bearer ${'a="\\'.repeat(20_000)}`);
    parseChallenges(`Bearer ${' ,'.repeat(50_000)}`);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
