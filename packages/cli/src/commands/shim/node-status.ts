import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { isProgram } from '@warmdock/core/internal';
import { isSupportedNode, oldestNode } from '../../process/node-version.js';
import { recordedNode } from './recorded-node.js';

/** The Node that the shim in a folder runs on. */
export interface NodeStatus {
  /** `undefined` when there is none at all. */
  readonly path: string | undefined;
  /** Whether it was recorded when the shim was installed; else it is the first in PATH. */
  readonly recorded: boolean;
  /** `undefined` when it does not run. */
  readonly version: string | undefined;
  /** What keeps builds from warmdock, or may do so later. */
  readonly problem: string | undefined;
}

/** What to do about any problem. */
export const nodeFix = `with Node ${oldestNode} or newer first in PATH: warmdock shim install`;

/** Looks for it as `bin/ask-program` does, and runs it for its version. */
export function nodeStatus(folder: string, env: NodeJS.ProcessEnv): NodeStatus {
  const record = recordedNode(folder);
  const isThere = record !== undefined && isProgram(record);
  const path = isThere ? record : firstNode(env);
  const version = path === undefined ? undefined : versionOf(path, env);
  return { path, recorded: isThere, version, problem: problemOf(path, version, record, isThere) };
}

function problemOf(
  path: string | undefined,
  version: string | undefined,
  record: string | undefined,
  isThere: boolean,
): string | undefined {
  if (path === undefined) return 'there is no node';
  if (version === undefined) return `${path} does not run`;
  if (!isSupportedNode(version)) return `${path} is Node ${version}, older than ${oldestNode}`;
  if (record === undefined || isThere) return undefined;
  return `${record} is gone, which the shim was installed with`;
}

function firstNode(env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder || '.', 'node')).find(isProgram);
}

/** Without the options that are for a project's own Node, as `bin/start-node` starts it. */
function versionOf(node: string, { NODE_OPTIONS: _, ...env }: NodeJS.ProcessEnv) {
  const options = { env, encoding: 'utf8', timeout: 10_000 } as const;
  const { status, stdout } = spawnSync(node, ['--version'], options);
  return status === 0 ? /^v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
}
