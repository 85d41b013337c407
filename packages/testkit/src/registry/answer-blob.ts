import { type Exchange, refuse, reply } from './exchange.js';

/** GET, HEAD and DELETE of a blob. */
export async function answerBlob(exchange: Exchange, path: string, digest: string): Promise<void> {
  const { request, content, faults } = exchange;
  const { blobs } = content.of(path);
  const blob = blobs.get(digest);
  if (!blob) return refuse(exchange, 404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  if (request.method === 'DELETE') {
    blobs.delete(digest);
    return reply(exchange, 202);
  }
  if (request.method === 'GET') {
    const place = redirectOf(exchange, path, digest);
    if (place !== undefined) return reply(exchange, 307, { headers: { location: place } });
  }
  const asked = partOf(exchange, blob.length);
  const [from, to] = asked ?? [0, blob.length];
  if (asked && from >= to) return noSuchPart(exchange, blob.length);
  const part = faultyBytes(blob, faults).subarray(from, to);
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'content-length': `${part.length}`,
    ...(asked && { 'content-range': `bytes ${from}-${to - 1}/${blob.length}` }),
  };
  const status = asked ? 206 : 200;
  const breaksAfter = breakOf(exchange, part.length, blob.length);
  if (breaksAfter === undefined) return reply(exchange, status, { headers, body: part });
  const { response } = exchange;
  response.writeHead(status, headers);
  await new Promise((resolve) => response.write(part.subarray(0, breaksAfter), resolve));
  // What was written has to leave this process before the connection breaks.
  if (!faults.stalls) setTimeout(() => response.destroy(), 5);
}

function redirectOf({ faults, url, elsewhere }: Exchange, path: string, digest: string) {
  if (faults.redirectsForEver) return url.pathname;
  if (faults.location !== undefined) return faults.location;
  if (faults.redirectsBlobs === undefined) return undefined;
  return `${elsewhere.replace('tcp:', 'http:')}/${path}/${digest}`;
}

/** From the first byte to before the last, as `Range` asks; `undefined` for the whole blob. */
function partOf({ request, faults }: Exchange, size: number): [number, number] | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined || faults.ignoresRange || request.method !== 'GET') return undefined;
  return [Number(from), to ? Math.min(size, Number(to) + 1) : size];
}

function noSuchPart(exchange: Exchange, size: number) {
  const headers = { 'content-range': `bytes */${size}` };
  return refuse(exchange, 416, 'SIZE_INVALID', 'the blob has no such part', headers);
}

function faultyBytes(blob: Buffer, { wrongBytes, wrongLength }: Exchange['faults']): Buffer {
  if (wrongLength) return blob.subarray(0, blob.length - 1);
  if (!wrongBytes || blob.length === 0) return blob;
  const other = Buffer.from(blob);
  other[0] = (other[0] ?? 0) ^ 1;
  return other;
}

/** After how many bytes of the part the answer breaks off. */
function breakOf({ faults, request }: Exchange, length: number, size: number): number | undefined {
  if (request.method !== 'GET' || length < 2) return undefined;
  if (faults.stalls) return Math.floor(length / 2);
  if (faults.cutsBlobsAfter === undefined || faults.cutsLeft === 0) return undefined;
  if (faults.cutsLeft !== undefined) faults.cutsLeft--;
  const bytes = Math.max(1, Math.floor(size * faults.cutsBlobsAfter));
  return bytes < length ? bytes : undefined;
}
