/**
 * BuildKit's `BytesMessage`, whose one field `bytes data = 1` carries a session's HTTP/2 bytes:
 * tag 0x0a (field 1, length-delimited), the length as varint, the bytes.
 */
export function encodeBytesMessage(bytes: Uint8Array): Buffer {
  const head = [0x0a];
  let length = bytes.length;
  for (; length > 0x7f; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The bytes inside; an empty message has no field at all. */
export function decodeBytesMessage(message: Buffer): Buffer {
  if (message.length === 0) return message;
  if (message[0] !== 0x0a) throw new Error(`BytesMessage begins with tag ${message[0]}`);
  let at = 1;
  while ((message[at] ?? 0) > 0x7f) at++;
  return message.subarray(at + 1);
}
