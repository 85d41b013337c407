import { isSupportedNode, oldestNode } from '../process/node-version.js';
import { passThroughExitCode } from './pass-through.js';

/*
 * Imported before anything that an older Node does not have; the file that it is bundled into is
 * compiled for such a Node to understand. The shim then passes all through to docker, and says so: an image
 * that is expected in the daemon may not come there.
 */
const { node } = process.versions;
if (!isSupportedNode(node)) {
  const [word = '', docker = 'docker'] = process.argv.slice(2);
  const isShim = word.startsWith('--as-');
  const needs = `needs Node ${oldestNode} or newer, ${process.execPath} is ${node}`;
  process.stderr.write(
    isShim
      ? `NOTICE: warmdock ${needs}; passed through to ${docker}. Record a newer one: warmdock shim install\n`
      : `warmdock: ${needs}\n`,
  );
  // `bin/warmdock` may know another one for these.
  const isFollowed = isShim || word === 'doctor' || word === 'shim';
  process.exit(isFollowed ? passThroughExitCode : 1);
}
