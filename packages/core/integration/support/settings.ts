import {
  type BuilderContainer,
  type BuildkitInfo,
  type ImageStore,
  startBuilderContainer,
  useTestbed,
} from '@warmdock/testkit';
import { afterAll, beforeAll } from 'vitest';

/** One BuildKit and one kind of daemon that its images go to. */
export interface Setting {
  readonly builder: BuildkitInfo;
  readonly store: ImageStore;
}

const stores = ['classic', 'containerd'] as const;

/** Every BuildKit of the testbed with either store; for `describe.each`. */
export function everySetting(): [name: string, setting: Setting][] {
  return useTestbed().buildkits.flatMap((builder) =>
    stores.map((store): [string, Setting] => [
      `from the ${builder.name} BuildKit into the ${store} store`,
      { builder, store },
    ]),
  );
}

/** Every BuildKit of the testbed, its images going to the containerd store. */
export function everyBuilder(): [name: string, setting: Setting][] {
  return everySetting()
    .filter(([, { store }]) => store === 'containerd')
    .map(([, setting]) => [`the ${setting.builder.name} BuildKit`, setting]);
}

/**
 * The BuildKit that is always there, in a container of its daemon, its images going to the containerd
 * store: for suites that run over that way as well. The container is there while the file's tests run.
 */
export function inContainer(): [name: string, setting: Setting] {
  const builder: BuildkitInfo = { name: 'container', address: '' };
  let container: BuilderContainer | undefined;
  beforeAll(async () => {
    const { builder: daemon } = useTestbed();
    container = await startBuilderContainer({ daemon, buildkit: daemon.address });
    builder.address = `docker-container://${container.name}`;
  });
  afterAll(() => container?.[Symbol.asyncDispose]());
  return ['a BuildKit in a container', { builder, store: 'containerd' }];
}

/** The BuildKit that is always there, for tests in which it does not matter which one builds. */
export function anyBuilder(): BuildkitInfo {
  const [first] = useTestbed().buildkits;
  if (!first) throw new Error('the testbed has no BuildKit');
  return first;
}
