import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { listenAt } from './listen.js';

const UNIMPLEMENTED = '12';

export interface GrpcProxyOptions {
  /** `host:port` of a server without TLS. */
  target: string;
  /** Beginnings of paths whose calls end with UNIMPLEMENTED, as with a server that is older than they are. */
  unimplemented?: readonly string[];
  /** What the server gets to see of the one request of calls with these paths. */
  rewrite?: Readonly<Record<string, (request: Buffer) => Buffer>>;
}

export interface GrpcProxy extends AsyncDisposable {
  /** `tcp://127.0.0.1:port` */
  readonly address: string;
  /** The paths of all calls so far. */
  readonly calls: readonly string[];
}

/** Passes gRPC calls on, but for those that an older server would not know. */
export async function startGrpcProxy(options: GrpcProxyOptions): Promise<GrpcProxy> {
  const { target, unimplemented = [], rewrite = {} } = options;
  const calls: string[] = [];
  const server = createServer();
  server.on('session', (session) => {
    const onward = connect(`http://${target}`);
    onward.on('error', () => session.destroy());
    session.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    const accept = (
      stream: ServerHttp2Stream,
      headers: IncomingHttpHeaders,
      _flags: number,
      rawHeaders: string[],
    ) => {
      const path = headers[':path'] ?? '';
      calls.push(path);
      stream.on('error', () => {});
      if (unimplemented.some((beginning) => path.startsWith(beginning))) refuse(stream);
      else pass(stream, severalOf(rawHeaders), onward, rewrite[path]);
    };
    session.on('stream', accept as never);
  });
  const listening = await listenAt(server as never, 'tcp');
  return { ...listening, calls };
}

function refuse(stream: ServerHttp2Stream): void {
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  const failure = { 'grpc-status': UNIMPLEMENTED, 'grpc-message': 'unknown service' };
  stream.respond({ ...head, ...failure }, { endStream: true });
}

function pass(
  stream: ServerHttp2Stream,
  headers: OutgoingHttpHeaders,
  onward: ClientHttp2Session,
  rewrite: ((request: Buffer) => Buffer) | undefined,
): void {
  const call = onward.request(headers);
  let trailers: IncomingHttpHeaders = {};
  call.on('error', () => stream.close());
  stream.on('aborted', () => call.close());
  call.on('response', (answer, flags) => {
    const isWhole = (flags & END_STREAM) !== 0;
    stream.respond(answer, isWhole ? { endStream: true } : { waitForTrailers: true });
    if (!isWhole) call.pipe(stream);
  });
  call.on('trailers', (given) => {
    trailers = given;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  if (rewrite) passRewritten(stream, call, rewrite);
  else stream.pipe(call);
}

/** gRPC has five bytes before a message: whether it is compressed, and its length. */
const headBytes = 5;

function passRewritten(
  stream: ServerHttp2Stream,
  call: ClientHttp2Stream,
  rewrite: (request: Buffer) => Buffer,
): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    const request = rewrite(Buffer.concat(chunks).subarray(headBytes));
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(request.length, 1);
    call.end(Buffer.concat([head, request]));
  });
}

/** Node joins the values of a name that comes several times; a session's methods come in that way. */
function severalOf(raw: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2);
    const known = headers[name];
    headers[name] = known === undefined ? value : [known, value].flat();
  }
  return headers;
}

/** Of a frame of headers: nothing follows. */
const END_STREAM = 0x1;
