/**
 * Runs `end` when the input that is being handled has been read to its end.
 *
 * What resets an HTTP/2 stream goes through here. Promises settle while node's HTTP/2 is still inside
 * of nghttp2's reading; a reset from there frees the stream that is being read (heap corruption in
 * Node 20, nodejs/node#65093).
 */
export function afterInput(end: () => void): void {
  setImmediate(end);
}
