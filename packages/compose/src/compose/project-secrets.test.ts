import { describe, expect, it } from 'vitest';
import { fakeProgram } from '../programs/fake-program.testing.js';
import type { BakeTarget } from '../targets/bake-definition.js';
import { composeProgram } from './compose-program.js';
import { withProjectSecrets } from './project-secrets.js';

type Secrets = BakeTarget['secret'];

/** The environment of a project whose variables are these, beside A of the user. */
async function secretsOf(secret: Secrets, printed: string) {
  const { program, cwd, calls } = fakeProgram({ 'config --environment': printed });
  const compose = composeProgram({ program, cwd, env: process.env });
  const env = await withProjectSecrets({ target: { web: { secret } } }, compose, { A: 'user' });
  return { env, calls: calls() };
}

describe('variables of secrets', () => {
  it.each<[rule: string, secret: Secrets]>([
    ['there are none', undefined],
    ['they are files', ['id=x,src=env=B', { id: 'y', type: 'file', src: 'B' }]],
    ['the user has set them', ['id=x,env=A', { id: 'y', type: 'env', env: 'A' }]],
  ])('are not asked for where %s', async (_rule, secret) => {
    expect(await secretsOf(secret, 'A=project\n')).toEqual({ env: { A: 'user' }, calls: [] });
  });

  it.each<[rule: string, printed: string, value: string]>([
    ['in the middle', 'A=x\nB=b\nC=c\n', 'b'],
    ['last', 'A=x\nB=b\n', 'b'],
    ['with = and blanks in it', 'B=a = b \nC=c\n', 'a = b '],
    ['beside one of several lines', 'C=one\ntwo\nB=b\nD=d\n', 'b'],
    ['empty', 'B=\nC=c\n', ''],
    ['nowhere', 'A=x\nBB=b\n', ''],
  ])('are those of the project: one that is %s', async (_rule, printed, value) => {
    const { env, calls } = await secretsOf([{ id: 'x', type: 'env', env: 'B' }], printed);
    expect(env).toEqual({ A: 'user', B: value });
    expect(calls).toEqual(['config --environment']);
  });

  it('cannot be read when they have several lines', async () => {
    await expect(secretsOf(['id=x,env=B'], 'B=one\ntwo\nC=c\n')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('B has several lines'),
    });
  });
});
