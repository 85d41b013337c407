/** What builds of compose and bake need: most of the code, bundled into a file of its own. */

export { runRoutedBake } from '../docker/bake-build.js';
export { runRoutedCompose } from '../docker/compose-build.js';
export { formatFailure } from '../report/failure.js';
