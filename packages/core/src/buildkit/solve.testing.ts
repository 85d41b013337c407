import {
  type FakeBuildkitHandlers,
  GrpcError,
  GrpcMetadata,
  sessionTunnel,
  startFakeBuildkit,
  startFaultProxy,
} from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { SolveResponse, StatusResponse } from '../gen/control.js';
import { Status } from '../gen/status.js';
import { parseBuilderAddress } from './address.js';
import { buildKitOver } from './buildkit.js';
import type { ChannelOptions } from './grpc/channel.js';
import type { SolveOptions } from './solve.js';
import type { SolveStatus, Vertex } from './solve-status.js';
import { addressTransport } from './transport.js';

/** The answer to a solve, with what its exporter says. */
export function solveAnswer(exporterResponse: Record<string, string> = {}): Buffer {
  return Buffer.from(SolveResponse.encode({ exporterResponse }).finish());
}

/** A batch of news. */
export function news(status: Partial<SolveStatus>): Buffer {
  const empty = { vertexes: [], statuses: [], logs: [], warnings: [] };
  return Buffer.from(StatusResponse.encode({ ...empty, ...status } as StatusResponse).finish());
}

/** A step in the news, not yet begun. */
export function vertex(digest: string, fields: Partial<Vertex> = {}): Vertex {
  return {
    digest,
    name: `step ${digest}`,
    inputs: [],
    cached: false,
    error: '',
    started: undefined,
    completed: undefined,
    progressGroup: undefined,
    ...fields,
  };
}

/** The status of a failed step, as BuildKit words it. */
export function stepError(digest: string, message: string): GrpcError {
  const typeUrl = 'github.com/moby/buildkit/errdefs.Vertex+json';
  const details = [{ typeUrl, value: Buffer.from(JSON.stringify({ digest })) }];
  const metadata = new GrpcMetadata();
  const status = Status.encode({ code: 2, message, details }).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(status));
  return new GrpcError(2, message, metadata);
}

/** What `solver` asks for. */
export const request = {
  frontend: 'dockerfile.v0',
  frontendAttrs: { target: 'app' },
  exporters: [{ type: 'image', attrs: { compression: 'gzip' } }],
};

/** Never answers. */
export const hang = () => new Promise<never>(() => {});

/** Solves on a fake builder whose every connection can be cut. */
export async function solver(handlers: FakeBuildkitHandlers, channel: ChannelOptions = {}) {
  const fake = await startFakeBuildkit({
    session: (requests) => sessionTunnel(requests).answers,
    ...handlers,
  });
  const target = { host: '127.0.0.1', port: Number(new URL(fake.address).port) };
  const proxy = await startFaultProxy({ target });
  const builder = buildKitOver(addressTransport(parseBuilderAddress(proxy.address), channel));
  const session = builder.startSession({ attachables: [], sharedKey: '' });
  onTestFinished(async () => {
    session.close();
    builder.close();
    await proxy[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
  });
  const solve = (options: Partial<SolveOptions> = {}) =>
    builder.solve(request, { session, graceMs: 100, ...options });
  return { builder, session, proxy, solve };
}

export async function* hangingNews(): AsyncGenerator<Buffer> {
  yield await hang();
}
