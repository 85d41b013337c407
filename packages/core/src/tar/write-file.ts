import { fileHeader, paddingOf } from './header.js';

/** A file as an archive holds it. Throws when the chunks do not add up to the announced size. */
export async function* tarFile(
  name: string,
  sizeBytes: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield fileHeader(name, sizeBytes);
  let written = 0;
  for await (const chunk of chunks) {
    written += chunk.length;
    yield chunk;
  }
  if (written !== sizeBytes)
    throw new Error(`${name} came as ${written} bytes, ${sizeBytes} were announced`);
  const padding = paddingOf(sizeBytes);
  if (padding.length > 0) yield padding;
}
