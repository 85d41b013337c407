import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256, startFakeRegistry } from './index.js';

/*
 * What the OCI distribution specification 1.1 says of a server, as a table. The fake follows it while
 * no fault is switched on: a client that passes here has passed against a fair server.
 */

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const octets = 'application/octet-stream';
const absent = sha256(Buffer.from('nothing has this digest'));

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** An answer with its body, and its error code where it has one. */
interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly code: string | undefined;
}

/** A fair registry, and requests below one of its repositories. */
async function fairRegistry() {
  const registry = await startFakeRegistry();
  onTestFinished(() => registry[Symbol.asyncDispose]());
  const origin = `http://${registry.host}`;
  const ask = async (place: string, sent: Sent = {}): Promise<Answered> => {
    const url = place.startsWith('/') ? `${origin}${place}` : `${origin}/v2/team/app/${place}`;
    const answer = await fetch(URL.canParse(place) ? place : url, sent);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, bytes, code: codeIn(bytes) };
  };
  return { ask, origin, ...writersOf(ask) };
}

type Ask = (place: string, sent?: Sent) => Promise<Answered>;

function codeIn(bytes: Buffer): string | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')).errors?.[0]?.code;
  } catch {
    return undefined;
  }
}

/** What most rules need before they can be seen. */
function writersOf(ask: Ask) {
  const open = async () => {
    const { headers } = await ask('blobs/uploads/', { method: 'POST' });
    return headers.get('location') ?? '';
  };
  const putBlob = async (bytes: Buffer) => {
    const digest = sha256(bytes);
    const place = withDigest(await open(), digest);
    await ask(place, { method: 'PUT', headers: { 'content-type': octets }, body: bytes });
    return digest;
  };
  const putManifest = (name: string, document: object, type = manifestType) => {
    const body = JSON.stringify(document);
    const headers = { 'content-type': type };
    return ask(`manifests/${name}`, { method: 'PUT', headers, body });
  };
  /** A manifest of one config, which its digest and size describe. */
  const putImage = async (name: string, more: object = {}) => {
    const config = randomBytes(20);
    const digest = await putBlob(config);
    const document = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.test.config', digest, size: config.length },
      layers: [],
      ...more,
    };
    await putManifest(name, document);
    const bytes = Buffer.from(JSON.stringify(document));
    return { bytes, digest: sha256(bytes), config: digest };
  };
  return { open, putBlob, putManifest, putImage };
}

function withDigest(place: string, digest: string): string {
  return `${place}${place.includes('?') ? '&' : '?'}digest=${digest}`;
}

const chunk = (from: number, bytes: Buffer) => ({
  method: 'PATCH',
  headers: { 'content-type': octets, 'content-range': `${from}-${from + bytes.length - 1}` },
  body: bytes,
});

describe('the base', () => {
  it('says that it speaks the protocol', async () => {
    const { ask } = await fairRegistry();
    expect((await ask('/v2/')).status).toBe(200);
  });

  it.each<[method: string, place: string, status: number, code: string | undefined]>([
    ['GET', `blobs/${absent}`, 404, 'BLOB_UNKNOWN'],
    ['HEAD', `blobs/${absent}`, 404, undefined],
    ['DELETE', `blobs/${absent}`, 404, 'BLOB_UNKNOWN'],
    ['GET', 'manifests/none', 404, 'MANIFEST_UNKNOWN'],
    ['HEAD', 'manifests/none', 404, undefined],
    ['GET', `manifests/${absent}`, 404, 'MANIFEST_UNKNOWN'],
    ['DELETE', `manifests/${absent}`, 404, 'MANIFEST_UNKNOWN'],
    ['DELETE', 'manifests/none', 404, 'MANIFEST_UNKNOWN'],
    ['PATCH', 'blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['PUT', `blobs/uploads/none?digest=${absent}`, 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['GET', 'blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['GET', 'tags/list', 404, 'NAME_UNKNOWN'],
    ['POST', 'manifests/a', 405, 'UNSUPPORTED'],
    ['PUT', 'manifests/.no-tag', 400, 'MANIFEST_INVALID'],
    ['GET', '/v2/Team/App/tags/list', 400, 'NAME_INVALID'],
    ['POST', '/v2/-team/blobs/uploads/', 400, 'NAME_INVALID'],
  ])('answers %s %s with %i %s', async (method, place, status, code) => {
    const { ask } = await fairRegistry();
    const body = method === 'PUT' || method === 'PATCH' ? { body: '{}' } : {};
    expect(await ask(place, { method, ...body })).toMatchObject({ status, code });
  });
});

describe('pull', () => {
  it('gives a blob with its digest and length, by HEAD without its bytes', async () => {
    const { ask, putBlob } = await fairRegistry();
    const bytes = randomBytes(1000);
    const digest = await putBlob(bytes);
    const [got, head] = [
      await ask(`blobs/${digest}`),
      await ask(`blobs/${digest}`, { method: 'HEAD' }),
    ];
    expect(got.bytes.equals(bytes)).toBe(true);
    expect(head.bytes.length).toBe(0);
    for (const { status, headers } of [got, head]) {
      expect(status).toBe(200);
      expect(headers.get('docker-content-digest')).toBe(digest);
      expect(headers.get('content-length')).toBe('1000');
    }
  });

  it.each<[range: string, status: number, from: number, to: number]>([
    ['bytes=0-', 206, 0, 10],
    ['bytes=0-3', 206, 0, 4],
    ['bytes=4-', 206, 4, 10],
    ['bytes=4-4', 206, 4, 5],
    ['bytes=4-99', 206, 4, 10],
    ['other=1-2', 200, 0, 10],
  ])('gives %s of a blob, %i', async (range, status, from, to) => {
    const { ask, putBlob } = await fairRegistry();
    const bytes = randomBytes(10);
    const got = await ask(`blobs/${await putBlob(bytes)}`, { headers: { range } });
    expect(got.status).toBe(status);
    expect(got.bytes.equals(bytes.subarray(from, to))).toBe(true);
    const part = status === 206 ? `bytes ${from}-${to - 1}/10` : null;
    expect(got.headers.get('content-range')).toBe(part);
  });

  it('refuses a part behind the end with 416, and heeds no part of a HEAD', async () => {
    const { ask, putBlob } = await fairRegistry();
    const place = `blobs/${await putBlob(randomBytes(10))}`;
    const headers = { range: 'bytes=10-' };
    const refused = await ask(place, { headers });
    expect([refused.status, refused.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    const head = await ask(place, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
  });

  it.each(['GET', 'HEAD'])('gives a manifest by tag and by digest, by %s', async (method) => {
    const { ask, putImage } = await fairRegistry();
    const { bytes, digest } = await putImage('v1');
    for (const name of ['v1', digest]) {
      const got = await ask(`manifests/${name}`, { method });
      expect(got.status).toBe(200);
      expect(got.bytes.equals(method === 'GET' ? bytes : Buffer.alloc(0))).toBe(true);
      expect(got.headers.get('content-type')).toBe(manifestType);
      expect(got.headers.get('docker-content-digest')).toBe(digest);
      expect(got.headers.get('content-length')).toBe(`${bytes.length}`);
    }
  });
});

describe('push', () => {
  it('takes a blob by POST and PUT, and says where it is', async () => {
    const { ask } = await fairRegistry();
    const bytes = randomBytes(1000);
    const digest = sha256(bytes);
    const opened = await ask('blobs/uploads/', { method: 'POST' });
    expect(opened.status).toBe(202);
    const place = withDigest(opened.headers.get('location') ?? '', digest);
    const put = await ask(place, {
      method: 'PUT',
      headers: { 'content-type': octets },
      body: bytes,
    });
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, digest]);
    const got = await ask(put.headers.get('location') ?? '');
    expect(got.bytes.equals(bytes)).toBe(true);
  });

  it('takes a blob by POST alone, or opens an upload for it', async () => {
    const { ask } = await fairRegistry();
    const digest = sha256(Buffer.from('a blob'));
    const headers = { 'content-type': octets };
    const sent = { method: 'POST', headers, body: 'a blob' };
    const { status, headers: given } = await ask(`blobs/uploads/?digest=${digest}`, sent);
    expect([201, 202]).toContain(status);
    expect(given.get('location')).toContain(status === 201 ? digest : 'uploads/');
  });

  it.each([0, 3])('takes chunks in their order, %i bytes in the PUT', async (inPut) => {
    const { ask, open } = await fairRegistry();
    const bytes = randomBytes(10);
    let place = await open();
    for (const [from, to] of [
      [0, 4],
      [4, 10 - inPut],
    ] as const) {
      const { status, headers } = await ask(place, chunk(from, bytes.subarray(from, to)));
      expect([status, headers.get('range')]).toEqual([202, `0-${to - 1}`]);
      place = headers.get('location') ?? '';
    }
    const last = chunk(10 - inPut, bytes.subarray(10 - inPut));
    const rest = inPut > 0 ? last : {};
    const { status } = await ask(withDigest(place, sha256(bytes)), { ...rest, method: 'PUT' });
    expect(status).toBe(201);
    expect((await ask(`blobs/${sha256(bytes)}`)).bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ['PATCH', 6],
    ['PATCH', 0],
    ['PUT', 6],
  ])(
    'refuses a %s that begins at %i of 4 bytes with 416, and goes on afterwards',
    async (method, from) => {
      const { ask, open } = await fairRegistry();
      const bytes = randomBytes(10);
      const first = await ask(await open(), chunk(0, bytes.subarray(0, 4)));
      const place = first.headers.get('location') ?? '';
      const digest = sha256(bytes);
      const target = method === 'PUT' ? withDigest(place, digest) : place;
      const wrong = { ...chunk(from, bytes.subarray(from)), method };
      expect((await ask(target, wrong)).status).toBe(416);
      const found = await ask(place);
      expect([found.status, found.headers.get('range')]).toEqual([204, '0-3']);
      const next = await ask(found.headers.get('location') ?? '', chunk(4, bytes.subarray(4)));
      expect(next.status).toBe(202);
      const end = withDigest(next.headers.get('location') ?? '', digest);
      expect((await ask(end, { method: 'PUT' })).status).toBe(201);
    },
  );

  it.each(['?digest=sha256:1234', '?digest=nonsense', '', `?digest=${absent}`])(
    'refuses the end of an upload with the digest "%s"',
    async (query) => {
      const { ask, open } = await fairRegistry();
      const answer = await ask(`${await open()}${query}`, { method: 'PUT', body: 'a blob' });
      expect(answer).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
    },
  );

  it('mounts a blob of another repository, and opens an upload where there is none', async () => {
    const { ask, putBlob } = await fairRegistry();
    const digest = await putBlob(randomBytes(10));
    const mount = async (blob: string, from: string) => {
      const query = new URLSearchParams({ mount: blob, from });
      const { status, headers } = await ask(`/v2/other/blobs/uploads/?${query}`, {
        method: 'POST',
      });
      return { status, location: headers.get('location') ?? '' };
    };
    const there = await mount(digest, 'team/app');
    expect(there.status).toBe(201);
    expect((await ask(there.location)).status).toBe(200);
    for (const opened of [await mount(absent, 'team/app'), await mount(digest, 'nobody')]) {
      expect(opened.status).toBe(202);
      expect((await ask(opened.location)).status).toBe(204);
    }
  });

  it('takes a manifest under a tag and under its digest, and says where it is', async () => {
    const { ask, putManifest, putImage } = await fairRegistry();
    const { bytes, digest } = await putImage('v1');
    for (const name of ['v2', digest]) {
      const { status, headers } = await putManifest(name, JSON.parse(bytes.toString('utf8')));
      expect([status, headers.get('docker-content-digest')]).toEqual([201, digest]);
      expect((await ask(headers.get('location') ?? '')).bytes.equals(bytes)).toBe(true);
    }
  });

  it.each<[what: string, name: string, document: object | string, status: number, code: string]>([
    ['another digest', absent, { schemaVersion: 2 }, 400, 'DIGEST_INVALID'],
    ['no JSON', 'v1', 'no JSON', 400, 'MANIFEST_INVALID'],
    ['a number', 'v1', '1', 400, 'MANIFEST_INVALID'],
    [
      'a config that is missing',
      'v1',
      { config: { digest: absent } },
      404,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    [
      'a layer that is missing',
      'v1',
      { layers: [{ digest: absent }] },
      404,
      'MANIFEST_BLOB_UNKNOWN',
    ],
  ])('refuses a manifest with %s', async (_, name, document, status, code) => {
    const { ask } = await fairRegistry();
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    const headers = { 'content-type': manifestType };
    const answer = await ask(`manifests/${name}`, { method: 'PUT', headers, body });
    expect(answer).toMatchObject({ status, code });
  });
});

describe('content discovery', () => {
  /** The pages of a list, as each names the next one. */
  async function pagesFrom(ask: Ask, first: string): Promise<string[][]> {
    const pages: string[][] = [];
    let next: string | undefined = first;
    while (next !== undefined) {
      const { bytes, headers } = await ask(next);
      pages.push(JSON.parse(bytes.toString('utf8')).tags);
      next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    return pages;
  }

  it.each<[query: string, tags: string[]]>([
    ['', ['a', 'b', 'c', 'd', 'e']],
    ['?n=2', ['a', 'b', 'c', 'd', 'e']],
    ['?n=100', ['a', 'b', 'c', 'd', 'e']],
    ['?n=0', []],
    ['?last=b', ['c', 'd', 'e']],
    ['?last=bb', ['c', 'd', 'e']],
    ['?n=1&last=c', ['d', 'e']],
    ['?last=z', []],
  ])('lists tags in order, page by page: "%s"', async (query, tags) => {
    const { ask, putImage } = await fairRegistry();
    for (const tag of ['c', 'a', 'e', 'b', 'd']) await putImage(tag);
    const pages = await pagesFrom(ask, `tags/list${query}`);
    expect(pages.flat()).toEqual(tags);
    const most = Number(/n=(\d+)/.exec(query)?.[1] ?? 100);
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(most);
  });

  it('lists no tags of a repository with none', async () => {
    const { ask, putBlob } = await fairRegistry();
    await putBlob(randomBytes(10));
    const { status, bytes } = await ask('tags/list');
    expect([status, JSON.parse(bytes.toString('utf8'))]).toEqual([
      200,
      { name: 'team/app', tags: [] },
    ]);
  });

  it('answers for what nothing refers to with an empty index', async () => {
    const { ask } = await fairRegistry();
    const { status, headers, bytes } = await ask(`referrers/${absent}`);
    expect([status, headers.get('content-type')]).toEqual([200, indexType]);
    const index = { schemaVersion: 2, mediaType: indexType, manifests: [] };
    expect(JSON.parse(bytes.toString('utf8'))).toEqual(index);
  });

  it('refuses referrers of what is no digest', async () => {
    const { ask } = await fairRegistry();
    expect((await ask('referrers/v1')).status).toBe(400);
  });

  it.each<[wanted: string | undefined, types: string[]]>([
    [undefined, ['application/vnd.a', 'application/vnd.b', 'application/vnd.test.config']],
    ['application/vnd.a', ['application/vnd.a']],
    ['application/vnd.test.config', ['application/vnd.test.config']],
    ['application/vnd.c', []],
  ])('lists what refers to a manifest, of the type %s', async (wanted, types) => {
    const { ask, putImage, putManifest } = await fairRegistry();
    const { bytes, digest } = await putImage('v1');
    const subject = { mediaType: manifestType, digest, size: bytes.length };
    const annotations = { made: 'by a test' };
    await putImage('a', { subject, artifactType: 'application/vnd.a', annotations });
    await putImage('by-config', { subject });
    const artifactType = 'application/vnd.b';
    const index = { schemaVersion: 2, mediaType: indexType, manifests: [], subject, artifactType };
    await putManifest('b', index, indexType);
    const query = wanted === undefined ? '' : `?artifactType=${encodeURIComponent(wanted)}`;
    const { headers, bytes: list } = await ask(`referrers/${digest}${query}`);
    const applied = wanted === undefined ? null : 'artifactType';
    expect(headers.get('oci-filters-applied')).toBe(applied);
    const { manifests } = JSON.parse(list.toString('utf8'));
    expect(manifests.map((each: { artifactType: string }) => each.artifactType).sort()).toEqual(
      types,
    );
    for (const each of manifests) {
      const found = await ask(`manifests/${each.digest}`);
      expect(each).toMatchObject({
        mediaType: found.headers.get('content-type'),
        size: found.bytes.length,
      });
    }
    if (wanted === 'application/vnd.a') expect(manifests[0]).toMatchObject({ annotations });
  });

  it('takes a manifest whose subject is not there, and says that it took note of it', async () => {
    const { ask, putImage, putManifest } = await fairRegistry();
    const subject = { mediaType: manifestType, digest: absent, size: 1 };
    const { bytes, digest } = await putImage('v1', { subject });
    const { status, headers } = await putManifest('v2', JSON.parse(bytes.toString('utf8')));
    expect([status, headers.get('oci-subject')]).toEqual([201, absent]);
    const list = JSON.parse((await ask(`referrers/${absent}`)).bytes.toString('utf8'));
    expect(list.manifests.map((each: { digest: string }) => each.digest)).toEqual([digest]);
  });
});

describe('content management', () => {
  it('deletes a tag, and leaves its manifest', async () => {
    const { ask, putImage } = await fairRegistry();
    const { digest } = await putImage('v1');
    expect((await ask('manifests/v1', { method: 'DELETE' })).status).toBe(202);
    expect((await ask('manifests/v1')).status).toBe(404);
    expect((await ask(`manifests/${digest}`)).status).toBe(200);
  });

  it('deletes a manifest with its tags, and from the list of referrers', async () => {
    const { ask, putImage } = await fairRegistry();
    const subject = { mediaType: manifestType, digest: absent, size: 1 };
    const { digest } = await putImage('v1', { subject });
    const target = `manifests/${digest}`;
    expect((await ask(target, { method: 'DELETE' })).status).toBe(202);
    expect((await ask(target)).status).toBe(404);
    expect((await ask('manifests/v1')).status).toBe(404);
    const list = JSON.parse((await ask(`referrers/${absent}`)).bytes.toString('utf8'));
    expect(list.manifests).toEqual([]);
  });

  it('deletes a blob', async () => {
    const { ask, putBlob } = await fairRegistry();
    const target = `blobs/${await putBlob(randomBytes(10))}`;
    expect((await ask(target, { method: 'DELETE' })).status).toBe(202);
    expect((await ask(target)).status).toBe(404);
  });
});
