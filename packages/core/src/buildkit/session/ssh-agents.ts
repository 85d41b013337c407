import { firstValue } from '../grpc/metadata.js';
import type { ServerCall } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { bytesField, encodeBytesMessage } from '../grpc/wire-fields.js';
import type { Attachable } from './attachable.js';
import { agentMessages, answerAsAgent, type SshAgent } from './ssh/agent.js';
import { sshString } from './ssh/wire.js';

const service = '/moby.sshforward.v1.SSH';

/**
 * Lets steps that mount `type=ssh` use these agents, by id, to list keys and to sign, and to nothing else.
 *
 * Follows BuildKit's sshforward service: `CheckAgent` asks whether there is such an agent,
 * `ForwardAgent` is one connection to it.
 */
export function sshAgents(agents: ReadonlyMap<string, SshAgent>): Attachable {
  const find = (id: string): SshAgent => {
    const agent = agents.get(id || 'default');
    if (agent) return agent;
    throw new GrpcStatusError(GrpcCode.NOT_FOUND, `this build has no ssh agent ${id || 'default'}`);
  };
  return {
    methods: {
      [`${service}/CheckAgent`]: async (call) => {
        for await (const [message] of call.batches) {
          if (!message) continue;
          find(bytesField(message, 1).toString('utf8'));
          await call.write([new Uint8Array(0)]);
          return;
        }
      },
      [`${service}/ForwardAgent`]: (call) =>
        forward(call, find(firstValue(call.metadata, 'buildkit.ssh.id') ?? '')),
    },
  };
}

async function forward(call: ServerCall, agent: SshAgent): Promise<void> {
  const connection = await agent();
  try {
    for await (const message of agentMessages(chunksOf(call))) {
      const answer = sshString(await answerAsAgent(connection, message));
      await call.write([encodeBytesMessage(answer)]);
    }
  } finally {
    connection.close();
  }
}

async function* chunksOf(call: ServerCall): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const batch of call.batches) {
    for (const message of batch) yield bytesField(message, 1);
  }
}
