import { describe, expect, it } from 'vitest';
import * as compose from './index.js';

/** The library as a program without types calls it. */
const untyped = compose as unknown as Record<string, (...given: unknown[]) => unknown>;

describe('a public call without types', () => {
  it.each<[name: string, given: unknown[], message: RegExp]>([
    ['planBake', [{ files: 'docker-bake.hcl' }], /files is "docker-bake\.hcl", expected a list/],
    ['planBake', [{ target: ['app'] }], /there is no option target/],
    ['planBake', [{ noCache: 'yes' }], /noCache is "yes", expected true or false/],
    ['planBake', [{ program: [] }], /program is a list, expected .* a program/],
    ['planBake', ['app'], /its options are "app"/],
    ['planCompose', [{ services: 'web' }], /services is "web", expected a list/],
    ['planCompose', [{ containersBy: 'create' }], /expected "up" or "run"/],
    ['planCompose', [{ file: 'x.yaml' }], /there is no option file/],
    ['runPlans', [], /argument set is missing, expected what planCompose or planBake gave/],
    ['runPlans', [{ targets: [], wanted: [] }, { maxparallel: 1 }], /no option maxparallel/],
  ])('%s(%j) is INVALID_ARGUMENT: %s', async (name, given, message) => {
    await expect(untyped[name]?.(...given)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});
