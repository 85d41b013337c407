import { describe, expect, it } from 'vitest';
import { chooseGrpcClient, type GrpcClient } from './grpc-client.js';

describe('chooseGrpcClient', () => {
  it.each<[string, GrpcClient | undefined, NodeJS.ProcessEnv, GrpcClient]>([
    ['the built-in one by default', undefined, {}, 'builtin'],
    ['the variable', undefined, { WARMDOCK_GRPC: 'grpc-js' }, 'grpc-js'],
    ['nothing by an empty variable', undefined, { WARMDOCK_GRPC: '' }, 'builtin'],
    ['the option before the variable', 'builtin', { WARMDOCK_GRPC: 'grpc-js' }, 'builtin'],
  ])('takes %s', (_rule, option, env, client) => {
    expect(chooseGrpcClient(option, env)).toBe(client);
  });

  it.each<[string, GrpcClient | undefined, NodeJS.ProcessEnv]>([
    ['option grpc', 'grpcjs' as GrpcClient, {}],
    ['WARMDOCK_GRPC', undefined, { WARMDOCK_GRPC: 'GRPC-JS' }],
  ])('refuses an unknown one and names %s', (origin, option, env) => {
    expect(() => chooseGrpcClient(option, env)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(origin),
        hint: expect.stringContaining('grpc-js'),
      }),
    );
  });
});
