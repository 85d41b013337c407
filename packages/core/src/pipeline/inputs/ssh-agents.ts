import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { BuildKit } from '../../buildkit/buildkit.js';
import { keyAgent, type SshAgent, socketAgent } from '../../buildkit/session/ssh/agent.js';
import { parseSshKey } from '../../buildkit/session/ssh/private-key.js';
import { sshAgents } from '../../buildkit/session/ssh-agents.js';
import type { CallContext } from '../../call-context.js';
import { messageOf, WarmdockError } from '../../errors.js';
import type { SshSource } from '../flags/ssh.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { SolveInput } from './solve-input.js';

const maxKeyBytes = 100 * 1024;

/** Serves the plan's ssh agents; throws `INVALID_ARGUMENT` for sockets and keys that cannot be used. */
export async function openSsh(
  { ssh = [] }: BuildPlan,
  _: BuildKit,
  { env = process.env }: CallContext,
): Promise<SolveInput> {
  if (ssh.length === 0) return {};
  const agents = new Map<string, SshAgent>();
  for (const source of ssh) agents.set(source.id, await agentOf(source, env));
  return { attachables: [sshAgents(agents)] };
}

async function agentOf({ id, paths }: SshSource, env: NodeJS.ProcessEnv): Promise<SshAgent> {
  const given = paths.length > 0 ? paths : [env.SSH_AUTH_SOCK ?? ''];
  if (given[0] === '') throw unusable(id, 'SSH_AUTH_SOCK is not set');
  const sockets = given.filter((path) => isSocket(id, path));
  const [socket] = sockets;
  if (socket === undefined)
    return keyAgent(await Promise.all(given.map((path) => readKey(id, path))));
  if (given.length > 1) throw unusable(id, 'a socket stands alone, without keys or other sockets');
  return socketAgent(socket);
}

function isSocket(id: string, path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch (cause) {
    throw unusable(id, messageOf(cause), cause);
  }
}

async function readKey(id: string, path: string) {
  if (statSync(path).size > maxKeyBytes) throw unusable(id, `${path} is too large for a key`);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw unusable(id, messageOf(cause), cause);
  });
  return parseSshKey(text, path);
}

function unusable(id: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot use ssh agent ${id}: ${why}`, {
    hint: 'start an agent, or give its socket or private keys: ID=PATH',
    cause,
  });
}
