/** What a pull in docker's place needs, bundled into a file of its own. */
export { runRoutedPull } from '../docker/pull/run-pull.js';
export { formatFailure } from '../report/failure.js';
