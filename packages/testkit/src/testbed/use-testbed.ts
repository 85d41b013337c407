import { inject } from 'vitest';
import type { TestbedInfo } from './info.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** One for each worker that runs test files at the same time. */
    testbeds: readonly TestbedInfo[];
  }
}

/** This worker's testbed: the test files that share it run one after another. */
export function useTestbed(): TestbedInfo {
  // Vitest counts the workers that run at the same time from 1.
  const testbed = inject('testbeds')[Number(process.env.VITEST_POOL_ID) - 1];
  if (testbed === undefined) throw new Error(`no testbed for worker ${process.env.VITEST_POOL_ID}`);
  return testbed;
}
