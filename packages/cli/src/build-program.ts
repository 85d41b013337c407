/** What `warmdock build` needs beyond its arguments: most of the code, bundled into a file of its own. */
export { planBuildCommand, runBuildCommand } from './build-command.js';
export { runCall } from './call-command.js';
export { failureOf } from './report/failure.js';
export { runRoutedBuild } from './shim/shim-build.js';
