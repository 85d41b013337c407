/** What builds of compose and bake need: most of the code, bundled into a file of its own. */
export { failureOf } from './report/failure.js';
export { runRoutedBake } from './shim/bake-build.js';
export { runRoutedCompose } from './shim/compose-build.js';
