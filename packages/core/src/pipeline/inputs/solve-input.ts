import type { Attachable } from '../../buildkit/session/attachable.js';
import type { SessionStore } from '../../buildkit/session/content-store.js';
import type { CacheBackend } from '../../buildkit/solve.js';
import type { BuildPlan, LocalDirectory } from '../plan/build-plan.js';
import type { SolveServices } from '../solve/solve-options.js';

/** What getting hold of one kind of input adds to a solve. */
export interface SolveInput {
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

type Answer = Promise<Readonly<Record<string, string>>>;

/** A plan whose inputs are at hand; dispose of it when no solve needs them any more. */
export interface OpenedPlan extends AsyncDisposable {
  /** With what only reading could tell. */
  readonly plan: BuildPlan;
  /** For what the plan names. */
  readonly services: SolveServices;
  /** Present when something is left to do after the builder's answer, which it waits for and passes on. */
  readonly finish?: ((answer: Answer) => Answer) | undefined;
}
