import { useTestbed } from '@warmdock/testkit';
import { imageCases } from '../integration/shim/parity-cases.js';
import { parityOf } from '../integration/shim/parity-suite.js';

parityOf(
  useTestbed().buildkits.map((buildkit) => ({ buildkit, store: 'containerd', cases: imageCases })),
);
