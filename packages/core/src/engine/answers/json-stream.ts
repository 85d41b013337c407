import { type ErrorCode, messageOf, WarmdockError } from '../../errors.js';
import { WireObject } from './wire-object.js';

/** Docker's own client has no bound; the daemon's messages have a few hundred bytes, its longest errors some thousand. */
const maxLineBytes = 1024 * 1024;
const newline = 0x0a;

/**
 * The messages of an answer that is a stream of JSON lines, as those of load, pull and push are.
 *
 * Such an answer has status 200 whatever happens: a line with `errorDetail` or `error` is how the
 * daemon says that it failed, and throws `code` here, after the messages before it. `operation`
 * begins the error. Throws `PROTOCOL` for a line that is no JSON object or has more than 1 MiB.
 */
export async function* jsonMessages(
  chunks: AsyncIterable<Uint8Array>,
  { operation, code }: { operation: string; code: ErrorCode },
): AsyncGenerator<WireObject, void, undefined> {
  for await (const line of lines(chunks, operation)) {
    const message = parseLine(line, operation);
    const error =
      message.object('errorDetail')?.optionalText('message') ?? message.optionalText('error');
    if (error !== undefined)
      throw new WarmdockError(
        code,
        `${operation}: the Docker daemon says: ${error.slice(0, 4096)}`,
      );
    yield message;
  }
}

function parseLine(line: string, operation: string): WireObject {
  try {
    return new WireObject(JSON.parse(line), 'a message of the Docker daemon');
  } catch (cause) {
    throw new WarmdockError(
      'PROTOCOL',
      `${operation}: a line of the answer is not a JSON object: ${messageOf(cause).slice(0, 200)}`,
      { cause },
    );
  }
}

/** Non-empty lines, wherever the chunks were cut; a last line may lack its newline. */
async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  operation: string,
): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const take = (tail: Uint8Array) => {
    const line = Buffer.concat([...pending, tail])
      .toString('utf8')
      .trim();
    pending = [];
    pendingBytes = 0;
    return line;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = take(chunk.subarray(start, end));
      start = end + 1;
      if (line) yield line;
    }
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > maxLineBytes)
      throw new WarmdockError(
        'PROTOCOL',
        `${operation}: a line of the answer has more than ${maxLineBytes} bytes`,
      );
  }
  const last = take(new Uint8Array());
  if (last) yield last;
}
