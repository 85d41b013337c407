import { passThroughExitCode } from './shim/pass-through.js';

/*
 * Imported before anything that an older Node does not have; the file that it is bundled into is
 * compiled for such a Node to understand. The shim then leaves all to docker, without a word.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  const isShim = process.argv[2] === '--as-docker';
  if (!isShim || process.env.WARMDOCK === 'explain') {
    process.stderr.write(
      `warmdock: needs Node 20.19 or newer, this is ${process.versions.node}${isShim ? ': left to docker' : ''}\n`,
    );
  }
  process.exit(isShim ? passThroughExitCode : 1);
}
