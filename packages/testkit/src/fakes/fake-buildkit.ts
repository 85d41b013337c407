import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ListenAddress } from './listen.js';
import {
  addBidi,
  addStream,
  addUnary,
  type BidiHandler,
  type StreamHandler,
  type UnaryHandler,
} from './raw-grpc.js';

/** What is not given answers UNIMPLEMENTED. A handler that throws a `GrpcError` ends its call with it. */
export interface FakeBuildkitHandlers {
  solve?: UnaryHandler;
  listWorkers?: UnaryHandler;
  info?: UnaryHandler;
  status?: StreamHandler;
  /** The requests are `BytesMessage`s; see `sessionTunnel`. */
  session?: BidiHandler;
  /** Of the gateway, in which a client takes the frontend's place. */
  bridgeSolve?: UnaryHandler;
  bridgeReturn?: UnaryHandler;
  contentInfo?: UnaryHandler;
  contentRead?: StreamHandler;
  contentList?: StreamHandler;
}

export interface FakeBuildkitOptions {
  /** Default `tcp`. */
  place?: ListenAddress;
  /** PEM texts; clients must then show a certificate that `ca` signed. */
  tls?: { ca: string; cert: string; key: string };
}

export interface FakeBuildkit extends AsyncDisposable {
  /** `tcp://127.0.0.1:port` or `unix://path`. */
  readonly address: string;
}

const CONTROL = '/moby.buildkit.v1.Control';
const BRIDGE = '/moby.buildkit.v1.frontend.LLBBridge';
const CONTENT = '/containerd.services.content.v1.Content';

/** A BuildKit on grpc-js, which the client under test does not use: the two share no mistakes. */
export async function startFakeBuildkit(
  handlers: FakeBuildkitHandlers,
  { place = 'tcp', tls }: FakeBuildkitOptions = {},
): Promise<FakeBuildkit> {
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  addHandlers(server, handlers);
  const dir = place === 'unix' ? await mkdtemp(join(tmpdir(), 'warmdock-fake-')) : undefined;
  const address = dir ? `unix://${join(dir, 'buildkit.sock')}` : '127.0.0.1:0';
  const port = await bind(server, address, tls);
  return {
    address: dir ? address : `tcp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
      if (dir) await rm(dir, { recursive: true, force: true });
    },
  };
}

function addHandlers(server: Server, handlers: FakeBuildkitHandlers): void {
  const { solve, listWorkers, info, status, session } = handlers;
  const { bridgeSolve, bridgeReturn } = handlers;
  const { contentInfo, contentRead, contentList } = handlers;
  if (solve) addUnary(server, `${CONTROL}/Solve`, solve);
  if (listWorkers) addUnary(server, `${CONTROL}/ListWorkers`, listWorkers);
  if (info) addUnary(server, `${CONTROL}/Info`, info);
  if (status) addStream(server, `${CONTROL}/Status`, status);
  if (session) addBidi(server, `${CONTROL}/Session`, session);
  if (bridgeSolve) addUnary(server, `${BRIDGE}/Solve`, bridgeSolve);
  if (bridgeReturn) addUnary(server, `${BRIDGE}/Return`, bridgeReturn);
  if (contentInfo) addUnary(server, `${CONTENT}/Info`, contentInfo);
  if (contentRead) addStream(server, `${CONTENT}/Read`, contentRead);
  if (contentList) addStream(server, `${CONTENT}/List`, contentList);
}

function bind(server: Server, address: string, tls: FakeBuildkitOptions['tls']): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(
        Buffer.from(tls.ca),
        [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
        true,
      )
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}
