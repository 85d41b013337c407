import { randomBytes } from 'node:crypto';
import { outputOf, runDocker, useTestbed, withShell } from '@warmdock/testkit';
import { projectOf } from './project.js';

/** Lets a test say when a step of a build goes on: both see a cache mount of the testbed's builder. */
export interface Gate {
  /** The flag of RUN that the step needs. */
  readonly mount: string;
  /** What the step's shell does to wait. */
  until(name: string): string;
  open(name: string): Promise<void>;
}

export function makeGate(): Gate {
  const id = randomBytes(6).toString('hex');
  const mount = `--mount=type=cache,id=${id},target=/gate`;
  return {
    mount,
    until: (name) => `until [ -e /gate/${name} ]; do busybox sleep 0.05; done`,
    async open(name) {
      // What a step is cached by does not have the mount's id in it.
      const step = `RUN --network=none ${mount} echo ${id} > /gate/${name}`;
      const context = projectOf({ Dockerfile: `${withShell}\n${step}\n` });
      const { host } = useTestbed().builder;
      await outputOf(runDocker(['build', '--output=type=cacheonly', context], { host }));
    },
  };
}
