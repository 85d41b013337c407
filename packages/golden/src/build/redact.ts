import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line without end is passed on in pieces. */
const maxLineLength = 64 * 1024;

/** A stream that passes text on line by line, with `***` in place of the secrets. */
export function redact(secrets: readonly string[]): Transform {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const clean = (text: string) =>
    secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const text = rest + decoder.write(chunk);
      const end = text.length > maxLineLength ? text.length : text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      done(null, clean(text.slice(0, end)));
    },
    flush(done: TransformCallback) {
      done(null, clean(rest + decoder.end()));
    },
  });
}
