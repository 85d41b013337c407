import { inject } from 'vitest';
import type { TestbedInfo } from './info.js';

declare module 'vitest' {
  export interface ProvidedContext {
    testbed: TestbedInfo;
  }
}

/** The testbed that the integration project's global set-up started or found. */
export function useTestbed(): TestbedInfo {
  return inject('testbed');
}
