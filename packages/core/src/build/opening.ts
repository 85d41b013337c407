import type { SessionStore } from '../buildkit/session/content-store.js';
import type { Attachable } from '../buildkit/session/session.js';
import type { CacheBackend } from '../buildkit/solve.js';
import type { LocalDirectory } from './build-plan.js';

/** What getting hold of one kind of input adds to a solve. */
export interface Opening {
  readonly attrs?: Readonly<Record<string, string>>;
  readonly locals?: readonly LocalDirectory[];
  readonly attachables?: readonly Attachable[];
  /** By the id under which BuildKit asks for them. */
  readonly stores?: readonly (readonly [id: string, store: SessionStore])[];
  readonly cacheImports?: readonly CacheBackend[];
  readonly cacheExports?: readonly CacheBackend[];
  /** Called with the builder's answer to a build that has succeeded. */
  finish?(answer: Readonly<Record<string, string>>): Promise<void>;
  /** Called when no solve needs it any more. */
  dispose?(): Promise<void>;
}
