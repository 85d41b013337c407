import { dirname } from 'node:path';
import { programsOnPath } from '../../docker/find-docker.js';
import { isSupportedNode } from '../../process/node-version.js';
import { nodeFix, nodeStatus } from '../shim/node-status.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** The Node that the shim runs on, where `docker` is the shim. */
export function checkNode(env: NodeJS.ProcessEnv): Finding[] {
  const shim = programsOnPath('docker', env)[0];
  if (!shim?.isShim) return [];
  const { path, version, recorded, problem: text } = nodeStatus(dirname(shim.path), env);
  if (text !== undefined) {
    const isFine = version !== undefined && isSupportedNode(version);
    return [(isFine ? warning : problem)('node', text, nodeFix)];
  }
  return [ok('node', `${path} ${version}, ${recorded ? 'recorded by the shim' : 'of PATH'}`)];
}
