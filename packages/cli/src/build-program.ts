/** What `warmdock build` needs beyond its arguments: most of the code, bundled into a file of its own. */
export { planBuildCommand, runBuildCommand } from './build-command.js';
export { failureOf } from './report/failure.js';
export { runRoutedBuild } from './shim/shim-build.js';

/** As `runCall` of `call-command`, whose schemas no build has to load. */
export const runCall: typeof import('./call-command.js').runCall = async (...call) =>
  (await import('./call-command.js')).runCall(...call);
