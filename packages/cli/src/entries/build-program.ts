/** What `warmdock build` needs beyond its arguments: most of the code, bundled into a file of its own. */
export { planBuildCommand, runBuildCommand } from '../commands/build-image/build-command.js';
export { runRoutedBuild } from '../docker/shim-build.js';
export { formatFailure } from '../report/failure.js';

/** As `runCall` of `call-command`, whose schemas no build has to load. */
export const runCall: typeof import('../commands/build-image/call-command.js').runCall = async (
  ...call
) => (await import('../commands/build-image/call-command.js')).runCall(...call);
