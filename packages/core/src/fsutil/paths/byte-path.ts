/**
 * A path or name as the file system keeps it: one character per *byte* (latin1), relative to its
 * root, clean, separated by `/`. File names are bytes and need not be UTF-8; in this form `<`
 * orders them as the receiver does, `length` is their size on the wire, and no name is lost.
 */
export type BytePath = string;

const beyondAscii = /[\x80-\xff]/;

/** The bytes of `text` in UTF-8. */
export function toBytePath(text: string): BytePath {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === text.length ? text : bytes.toString('latin1');
}

/** `path` as text to show or to match characters in; bytes which are not UTF-8 become U+FFFD. */
export function toText(path: BytePath): string {
  return beyondAscii.test(path) ? Buffer.from(path, 'latin1').toString('utf8') : path;
}

/** `path` in the form in which `node:fs` takes it without changing its bytes. */
export function toSystemPath(path: BytePath): string | Buffer {
  return beyondAscii.test(path) ? Buffer.from(path, 'latin1') : path;
}
