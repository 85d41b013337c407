/*
 * Fields of BuildKit's `SolveRequest`. Those that come from a client are all length-delimited.
 */
const exporterAttrs = 4;
const exporters = 13;

/**
 * A `SolveRequest` as a BuildKit before 0.11 reads it: without the list of exporters (0.13), and
 * without the exporter's `tar` (0.11), which sends an archive then.
 */
export function solveBefore011(message: Buffer): Buffer {
  const known = [...fieldsOf(message)].filter(
    ({ number, value }) =>
      number !== exporters && !(number === exporterAttrs && keyOf(value) === 'tar'),
  );
  return Buffer.concat(known.map(({ bytes }) => bytes));
}

interface Field {
  readonly number: number;
  readonly value: Buffer;
  /** With tag and length. */
  readonly bytes: Buffer;
}

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const tag = varint();
    if (tag % 8 !== 2) throw new Error(`a field of the solve has the wire type ${tag % 8}`);
    const length = varint();
    const value = message.subarray(at, at + length);
    at += length;
    yield { number: tag >> 3, value, bytes: message.subarray(start, at) };
  }
}

/** Of a map's entry. */
function keyOf(entry: Buffer): string {
  const [key] = fieldsOf(entry);
  return key?.number === 1 ? String(key.value) : '';
}
