import { once } from 'node:events';
import { createConnection } from 'node:net';
import { messageOf, WarmdockError } from '../../../errors.js';
import type { SshKey } from './private-key.js';
import { SshReader, sshString } from './wire.js';

/** Messages of the agent protocol (draft-ietf-sshm-ssh-agent) that are served. */
const AgentMessage = {
  failure: 5,
  listKeys: 11,
  keys: 12,
  sign: 13,
  signature: 14,
} as const;

/** As OpenSSH limits them. */
const maxMessageBytes = 256 * 1024;

/** A conversation with an agent, one question at a time. */
export interface AgentConnection {
  ask(message: Buffer): Promise<Buffer>;
  close(): void;
}

/** An ssh agent that can be talked to. */
export type SshAgent = () => Promise<AgentConnection>;

/**
 * Passes on what only uses keys: to list them and to sign. Whatever would change the agent, or leads
 * elsewhere by an extension, is answered with a failure, as in buildx.
 */
export async function answerAsAgent(connection: AgentConnection, message: Buffer): Promise<Buffer> {
  const isHarmless = message[0] === AgentMessage.listKeys || message[0] === AgentMessage.sign;
  return isHarmless ? connection.ask(message) : failure;
}

const failure = Buffer.from([AgentMessage.failure]);

/** The agent that listens on a socket; throws `UNAVAILABLE`. */
export function socketAgent(path: string): SshAgent {
  return async () => {
    const socket = createConnection(path);
    const lost = (cause?: unknown) =>
      new WarmdockError('UNAVAILABLE', `cannot ask ssh agent ${path}: ${messageOf(cause)}`, {
        hint: 'check that the agent still runs',
        cause,
      });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) });
    } catch (cause) {
      socket.destroy();
      throw lost(cause);
    }
    const answers = agentMessages(socket);
    socket.on('error', () => {});
    return {
      async ask(message) {
        socket.write(sshString(message));
        const { done, value } = await answers.next().catch((cause) => {
          throw lost(cause);
        });
        if (done) throw lost(new Error('it hung up'));
        return value;
      },
      close: () => socket.destroy(),
    };
  };
}

/** An agent of our own that holds these keys. */
export function keyAgent(keys: readonly SshKey[]): SshAgent {
  return async () => ({
    ask: async (message) =>
      message[0] === AgentMessage.sign ? signed(keys, message) : listed(keys),
    close() {},
  });
}

function listed(keys: readonly SshKey[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(keys.length);
  const entries = keys.flatMap(({ publicKey }) => [sshString(publicKey), sshString('')]);
  return Buffer.concat([Buffer.from([AgentMessage.keys]), count, ...entries]);
}

function signed(keys: readonly SshKey[], message: Buffer): Buffer {
  try {
    const reader = new SshReader(message.subarray(1));
    const [publicKey, data, flags] = [reader.string(), reader.string(), reader.uint32()];
    const key = keys.find((candidate) => candidate.publicKey.equals(publicKey));
    if (!key) return failure;
    const signature = sshString(key.sign(data, flags));
    return Buffer.concat([Buffer.from([AgentMessage.signature]), signature]);
  } catch {
    return failure;
  }
}

/** The messages in a stream of bytes; throws `PROTOCOL` for one that is empty or larger than any agent takes. */
export async function* agentMessages(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readUInt32BE();
      if (length === 0 || length > maxMessageBytes)
        throw new WarmdockError('PROTOCOL', `no ssh agent message has ${length} bytes`);
      if (rest.length < 4 + length) break;
      yield rest.subarray(4, 4 + length);
      rest = rest.subarray(4 + length);
    }
  }
}
