import type { BakeDefinition } from '../targets/bake-definition.js';
import { type ComposeEnding, composeEnding, oldestWithBuildPrint } from './compose-version.js';

/** What a compose of some release says of a project's builds. */
export interface ProjectBuilds {
  /** Its group `default` are the services that were asked for. */
  readonly definition: BakeDefinition;
  /** What compose said on standard error while it read the project, such as warnings. */
  readonly warnings: string;
  /** The environment of the builds: with the project's variables that secrets come from. */
  readonly env: NodeJS.ProcessEnv;
  readonly ending: ComposeEnding;
}

/** Of a project that needs none: nothing was asked about them. */
export function noBuilds(env: NodeJS.ProcessEnv): ProjectBuilds {
  return {
    definition: { target: {} },
    warnings: '',
    env,
    ending: composeEnding(oldestWithBuildPrint.join('.')),
  };
}
