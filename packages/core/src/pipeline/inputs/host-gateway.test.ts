import { describe, expect, it } from 'vitest';
import type { BuildKit } from '../../buildkit/buildkit.js';
import { planBuild } from '../plan/plan-build.js';
import { resolveHostGateway } from './host-gateway.js';

const label = 'org.mobyproject.buildkit.worker.moby.host-gateway-ip';

function opened(labels: Record<string, string>, ...addresses: string[]) {
  const workers = [{ id: '', platforms: [], buildkitVersion: '', labels }];
  const builder = { name: 'tcp://b:1', listWorkers: async () => workers } as never as BuildKit;
  const addHosts = addresses.map((address) => ({ host: 'h', addresses: [address] }));
  return resolveHostGateway(planBuild({ context: '.', addHosts }), builder, {});
}

describe('host-gateway', () => {
  it("is the address that the builder's label tells, among others", async () => {
    expect(await opened({ [label]: '172.17.0.1' }, '1.1.1.1', 'host-gateway')).toEqual({
      attrs: { 'add-hosts': 'h=1.1.1.1,h=172.17.0.1' },
    });
  });

  it('is UNSUPPORTED by a builder that does not tell it', async () => {
    await expect(opened({}, 'host-gateway')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('tcp://b:1'),
    });
  });

  it('is not asked for where nobody names it', async () => {
    expect(await opened({}, '1.1.1.1')).toEqual({});
  });
});
