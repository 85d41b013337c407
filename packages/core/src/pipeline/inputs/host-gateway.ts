import type { BuildKit } from '../../buildkit/buildkit.js';
import type { CallContext } from '../../call-context.js';
import { WarmdockError } from '../../errors.js';
import { hostGateway } from '../flags/add-host.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { SolveInput } from './solve-input.js';

/** By which a builder tells the address of its host, as seen from its steps. */
const gatewayLabel = 'org.mobyproject.buildkit.worker.moby.host-gateway-ip';

/** Puts the address of the builder's host in place of `host-gateway`; throws `UNSUPPORTED` when the builder does not tell it. */
export async function resolveHostGateway(
  { frontendAttrs }: BuildPlan,
  builder: BuildKit,
  { signal }: CallContext,
): Promise<SolveInput> {
  const hosts = frontendAttrs['add-hosts']?.split(',') ?? [];
  const suffix = `=${hostGateway}`;
  if (!hosts.some((entry) => entry.endsWith(suffix))) return {};
  const [worker] = await builder.listWorkers({ signal });
  const address = worker?.labels[gatewayLabel];
  if (!address) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `builder ${builder.name} does not tell the address for ${hostGateway}`,
      { hint: 'give the address itself: HOST=IP' },
    );
  }
  const replaced = hosts.map((entry) =>
    entry.endsWith(suffix) ? entry.slice(0, -hostGateway.length) + address : entry,
  );
  return { attrs: { 'add-hosts': replaced.join(',') } };
}
