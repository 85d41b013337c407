import type { CallOptions } from '../content/content.js';
import { WireObject } from './answers/wire-object.js';
import type { EngineConnection } from './connection.js';
import { containerPath } from './containers.js';
import { ExecStream } from './exec-stream.js';
import { jsonOf } from './http/call.js';
import { hijack } from './http/hijack.js';

/**
 * Starts a program in a running container, without a terminal.
 *
 * Throws `NOT_FOUND` when there is no such container, `CONFLICT` when it does not run or is paused. A
 * program that cannot be started is no error here: the daemon writes the reason to its output.
 */
export async function exec(
  connection: EngineConnection,
  container: string,
  command: readonly string[],
  options: CallOptions,
): Promise<ExecStream> {
  const operation = `running ${command.join(' ')} in container ${container}`;
  const attached = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
  const path = `${containerPath(container)}/exec`;
  const answer = await connection.postAtOnce(
    path,
    { ...attached, Cmd: command },
    operation,
    options,
  );
  const id = new WireObject(jsonOf(answer, 201), `${operation}: the answer`).text('Id');
  const stream = await hijack(connection.http, `/exec/${encodeURIComponent(id)}/start`, {
    protocol: 'tcp',
    json: { Detach: false, Tty: false },
    signal: options.signal,
  });
  return new ExecStream(stream);
}
