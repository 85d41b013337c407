import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { GetSecretRequest, GetSecretResponse } from '../../gen/session.js';
import { GrpcCode } from '../grpc/status.js';
import { callAttachable } from './call-attachable.testing.js';
import { buildSecrets, checkSecretSources, type SecretSource } from './secrets.js';

const directory = mkdtempSync(join(tmpdir(), 'warmdock-secrets-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function ask(
  sources: SecretSource[],
  id: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Buffer> {
  const attachable = buildSecrets(sources, env);
  const method = '/moby.buildkit.secrets.v1.Secrets/GetSecret';
  const codecs: [typeof GetSecretRequest, typeof GetSecretResponse] = [
    GetSecretRequest,
    GetSecretResponse,
  ];
  return (await callAttachable(attachable, method, codecs, { id })).data;
}

const limitBytes = 500 * 1024;

describe('serving secrets', () => {
  test('a file is sent byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    const sources: SecretSource[] = [{ id: 'a', type: 'file', path: file('a', bytes) }];
    expect(await ask(sources, 'a')).toEqual(bytes);
  });

  test('an environment variable is sent as UTF-8', async () => {
    const sources: SecretSource[] = [{ id: 'a', type: 'env', name: 'TOKEN' }];
    expect((await ask(sources, 'a', { TOKEN: 'ü' })).toString()).toBe('ü');
  });

  test('a variable that is not set is an empty secret, as in buildx', async () => {
    expect((await ask([{ id: 'a', type: 'env', name: 'TOKEN' }], 'a')).length).toBe(0);
  });

  test('of two sources with one id the last counts', async () => {
    const sources: SecretSource[] = [
      { id: 'a', type: 'env', name: 'ONE' },
      { id: 'a', type: 'env', name: 'TWO' },
    ];
    expect((await ask(sources, 'a', { ONE: '1', TWO: '2' })).toString()).toBe('2');
  });

  test('an id that this build does not have is NOT_FOUND, which optional mounts tolerate', async () => {
    await expect(ask([{ id: 'a', type: 'env', name: 'A' }], 'b', { b: 'x' })).rejects.toMatchObject(
      {
        status: GrpcCode.NOT_FOUND,
      },
    );
  });

  test('a file that is gone is an error that names id and path, and is not NOT_FOUND', async () => {
    const path = join(directory, 'gone');
    await expect(ask([{ id: 'a', type: 'file', path }], 'a')).rejects.toMatchObject({
      status: GrpcCode.INVALID_ARGUMENT,
      message: `cannot use secret a: cannot read ${path}: ENOENT`,
    });
  });

  test('500 KiB pass, one byte more does not, and the value stays out of the message', async () => {
    const sources: SecretSource[] = [
      { id: 'fits', type: 'file', path: file('fits', 'x'.repeat(limitBytes)) },
      { id: 'file', type: 'file', path: file('large', 'x'.repeat(limitBytes + 1)) },
      { id: 'env', type: 'env', name: 'LARGE' },
    ];
    const env = { LARGE: 'x'.repeat(limitBytes + 1) };
    expect((await ask(sources, 'fits', env)).length).toBe(limitBytes);
    for (const id of ['file', 'env']) {
      const message = `cannot use secret ${id}: it is larger than 500 KiB, the most that BuildKit takes`;
      await expect(ask(sources, id, env)).rejects.toMatchObject({ message });
    }
  });
});

describe('checking sources before a build', () => {
  test.each<[rule: string, source: SecretSource, error: object]>([
    ['a missing file', { id: 'a', type: 'file', path: '/nonexistent' }, { code: 'NOT_FOUND' }],
    ['a directory', { id: 'a', type: 'file', path: '/' }, { code: 'INVALID_ARGUMENT' }],
    [
      'a file beyond the limit',
      { id: 'a', type: 'file', path: file('beyond', 'x'.repeat(limitBytes + 1)) },
      { code: 'INVALID_ARGUMENT' },
    ],
  ])('refuses %s', (_rule, source, error) => {
    expect(() => checkSecretSources([source])).toThrow(expect.objectContaining(error));
  });

  test('accepts files within the limit and any variable', () => {
    const sources: SecretSource[] = [
      { id: 'a', type: 'file', path: file('small', 'x') },
      { id: 'b', type: 'env', name: 'UNSET' },
    ];
    expect(() => checkSecretSources(sources)).not.toThrow();
  });
});
