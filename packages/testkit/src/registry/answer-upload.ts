import { buffer } from 'node:stream/consumers';
import { type Exchange, refuse, reply } from './exchange.js';
import { sha256 } from './registry-content.js';

/** All requests of an upload, from the POST that begins it. */
export async function answerUpload(exchange: Exchange, path: string, name: string): Promise<void> {
  const id = name.slice('uploads/'.length);
  if (exchange.request.method === 'POST') return begin(exchange, path);
  const parts = exchange.content.uploads.get(id);
  if (!parts) {
    exchange.request.resume();
    return refuse(exchange, 404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  }
  if (exchange.request.method === 'DELETE') {
    exchange.content.uploads.delete(id);
    return reply(exchange, 204);
  }
  if (exchange.request.method === 'GET') return accepted(exchange, 204, path, id);
  if (!(await takeIn(exchange, parts))) return;
  if (exchange.request.method === 'PATCH') return accepted(exchange, 202, path, id);
  return end(exchange, path, id);
}

function begin(exchange: Exchange, path: string) {
  const { url, content, faults, request } = exchange;
  request.resume();
  const [mount, from] = [url.searchParams.get('mount'), url.searchParams.get('from')];
  if (mount !== null && from !== null) {
    if (faults.mountStatus !== undefined)
      return refuse(exchange, faults.mountStatus, 'UNAUTHORIZED', 'no access to it');
    const blob = content.of(from).blobs.get(mount);
    if (blob) {
      content.of(path).blobs.set(mount, blob);
      return reply(exchange, 201, { headers: { location: `/v2/${path}/blobs/${mount}` } });
    }
  }
  return accepted(exchange, 202, path, content.openUpload());
}

function accepted(exchange: Exchange, status: number, path: string, id: string) {
  const { faults, content } = exchange;
  const parts = content.uploads.get(id) ?? [];
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const first = parts[0]?.length ?? 0;
  const last = Math.max(0, (faults.stuckRange ? first : size) - 1);
  const headers = {
    location: locationOf(exchange, `/v2/${path}/blobs/uploads/${id}`),
    range: `0-${last}`,
    'docker-upload-uuid': id,
    ...(faults.minChunkBytes && { 'oci-chunk-min-length': `${faults.minChunkBytes}` }),
  };
  return reply(exchange, status, { headers });
}

function locationOf({ faults, request }: Exchange, path: string): string {
  if (faults.location !== undefined) return faults.location;
  const host = request.headers.host ?? '';
  if (faults.locationForm === 'relative') return path;
  if (faults.locationForm === 'portless') return `http://${host.split(':', 1)[0]}${path}`;
  const query = faults.locationForm === 'signed' ? '?sig=a%2Fb%3D%3D&_state=x%20y' : '';
  return `http://${host}${path}${query}`;
}

/** True when the whole body was taken; else the exchange has ended. */
async function takeIn(exchange: Exchange, parts: Buffer[]): Promise<boolean> {
  const { request, faults, response, url } = exchange;
  const length = Number(request.headers['content-length'] ?? 0);
  if (faults.maxRequestBytes !== undefined && length > faults.maxRequestBytes) {
    request.resume();
    refuse(exchange, 416, 'SIZE_INVALID', 'chunk too large');
    return false;
  }
  if (faults.locationForm === 'signed' && !url.search.startsWith('?sig=a%2Fb%3D%3D&_state=x%20y')) {
    request.resume();
    refuse(exchange, 403, 'DENIED', 'signature does not match');
    return false;
  }
  const start = /^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (start !== undefined && Number(start) !== size) {
    request.resume();
    refuse(exchange, 416, 'BLOB_UPLOAD_INVALID', 'it does not begin where the last one ended');
    return false;
  }
  if (faults.cutsUploadsAfterBytes === undefined) {
    const body = await buffer(request);
    if (body.length > 0) parts.push(body);
    return true;
  }
  let left = faults.cutsUploadsAfterBytes;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    parts.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) {
      response.destroy();
      return false;
    }
  }
  return true;
}

function end(exchange: Exchange, path: string, id: string) {
  const { url, content, faults } = exchange;
  const blob = Buffer.concat(content.uploads.get(id) ?? []);
  const digest = url.searchParams.get('digest') ?? '';
  content.uploads.delete(id);
  if (sha256(blob) !== digest)
    return refuse(
      exchange,
      400,
      'DIGEST_INVALID',
      'provided digest did not match uploaded content',
    );
  content.of(path).blobs.set(digest, blob);
  if (faults.refusesEnd)
    return refuse(exchange, 400, 'BLOB_UPLOAD_INVALID', 'layer upload invalid');
  const location = `/v2/${path}/blobs/${digest}`;
  return reply(exchange, 201, { headers: { location, 'docker-content-digest': digest } });
}
