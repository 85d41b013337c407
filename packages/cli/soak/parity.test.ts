import { useTestbed } from '@warmdock/testkit';
import { imageCases } from '../integration/docker/parity-cases.js';
import { parityOf } from '../integration/docker/parity-suite.js';

parityOf(
  useTestbed().buildkits.map((buildkit) => ({ buildkit, store: 'containerd', cases: imageCases })),
);
