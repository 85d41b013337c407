import { useTestbed } from '@warmdock/testkit';
import { imageCases, parityCases } from './parity-cases.js';
import { parityOf } from './parity-suite.js';

/** How lines are read does not depend on the store: of those that both stores take alike, each third. */
const sample = imageCases.filter(({ ours }, at) => ours === 'containerd' || at % 3 === 0);

parityOf(
  useTestbed().buildkits.flatMap((buildkit, at) => [
    ...(at === 0 ? [{ buildkit, store: 'classic' as const, cases: parityCases }] : []),
    { buildkit, store: 'containerd' as const, cases: sample },
  ]),
);
