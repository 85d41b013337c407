import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTree } from '../../fsutil/sending/tree.testing.js';
import type { BuildOptions } from '../plan/build-plan.js';
import { planBuild } from '../plan/plan-build.js';
import { validateLocalInputs } from './validate-local-inputs.js';

function check(options: BuildOptions) {
  return validateLocalInputs(planBuild(options));
}

describe('validateLocalInputs', () => {
  it('adds nothing where everything is there', () => {
    expect(check({ context: makeTree({ Dockerfile: '' }) })).toEqual({});
    const context = makeTree({ 'docker/app': '' });
    expect(check({ context, dockerfile: join(context, 'docker/app') })).toEqual({});
  });

  it('checks nothing of a context that the builder fetches', () => {
    expect(check({ context: 'https://git.example/repo.git' })).toEqual({});
  });

  it('takes dockerfile where the default Dockerfile is absent', () => {
    expect(check({ context: makeTree({ dockerfile: '' }) })).toEqual({ filename: 'dockerfile' });
  });

  it('takes a Dockerfile behind a link', () => {
    const context = makeTree({ real: '', Dockerfile: { symlink: 'real' } });
    expect(check({ context })).toEqual({});
  });

  it.each<[rule: string, options: () => BuildOptions, code: string, message: RegExp]>([
    [
      'a context that is not there',
      () => ({ context: '/nowhere/app' }),
      'INVALID_ARGUMENT',
      /context directory \/nowhere\/app/,
    ],
    [
      'a context that is a file',
      () => ({ context: join(makeTree({ file: '' }), 'file') }),
      'INVALID_ARGUMENT',
      /is not a directory/,
    ],
    [
      'a context without a Dockerfile',
      () => ({ context: makeTree({}) }),
      'INVALID_ARGUMENT',
      /no Dockerfile at .*\/Dockerfile/,
    ],
    [
      'a Dockerfile that is a directory',
      () => ({ context: makeTree({ Dockerfile: { directory: true } }) }),
      'INVALID_ARGUMENT',
      /no Dockerfile/,
    ],
    [
      'another Dockerfile in lower case: only the default one is looked for',
      () => {
        const context = makeTree({ 'app.dockerfile': '' });
        return { context, dockerfile: join(context, 'App.Dockerfile') };
      },
      'INVALID_ARGUMENT',
      /App\.Dockerfile/,
    ],
    [
      'a secret whose file is not there',
      () => ({
        context: makeTree({ Dockerfile: '' }),
        secrets: [{ id: 'token', type: 'file', path: '/nowhere/token' }],
      }),
      'NOT_FOUND',
      /token/,
    ],
  ])('refuses %s', (_rule, options, code, message) => {
    expect(() => check(options())).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
