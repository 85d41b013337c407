import { messageOf } from '../errors.js';
import {
  BridgeResult,
  BridgeSolveRequest,
  BridgeSolveResponse,
  ReturnRequest,
} from '../gen/gateway.js';
import { Status } from '../gen/status.js';
import { type FrontendResult, frontendResultOf } from './frontend-result.js';
import type { Channel } from './grpc/channel.js';
import { GrpcCode, GrpcStatusError, type StatusDetail } from './grpc/status.js';

/** The solve that is steered through the bridge. */
export interface BridgedSolve {
  /** Of the `Control.Solve` that waits for the result. */
  readonly ref: string;
  readonly frontend: string;
  readonly frontendAttrs: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, Buffer>>;
  readonly signal: AbortSignal;
}

/** By this metadata BuildKit knows to which solve a call belongs. */
const buildId = 'buildkit-controlapi-buildid';

/**
 * Runs the frontend of a solve and all of its steps, shows the result, and hands it over to the solve.
 *
 * What fails is handed over too: the solve then fails with it. Follows BuildKit's gateway API, in
 * which a client takes the place of the frontend.
 */
export async function solveThroughBridge(
  channel: Channel,
  solve: BridgedSolve,
  onResult: (result: FrontendResult) => Promise<unknown>,
): Promise<void> {
  const call = (method: string, message: Uint8Array) =>
    channel.unary(`/moby.buildkit.v1.frontend.LLBBridge/${method}`, message, {
      signal: solve.signal,
      metadata: { [buildId]: solve.ref },
    });
  const outcome = await solveFrontend(solve, call, onResult).catch((error: unknown) => ({
    result: nothing,
    error: statusOf(error),
  }));
  await call('Return', ReturnRequest.encode(outcome).finish());
}

const nothing = Buffer.alloc(0);

type Call = (method: string, message: Uint8Array) => Promise<Buffer>;

async function solveFrontend(
  { frontend, frontendAttrs, inputs }: BridgedSolve,
  call: Call,
  onResult: (result: FrontendResult) => Promise<unknown>,
): Promise<ReturnRequest> {
  const request = BridgeSolveRequest.encode({
    frontend,
    frontendOpt: { ...frontendAttrs },
    allowResultReturn: true,
    allowResultArrayRef: true,
    frontendInputs: { ...inputs },
    evaluate: true,
  });
  const { result } = BridgeSolveResponse.decode(await call('Solve', request.finish()));
  await onResult(frontendResultOf(BridgeResult.decode(result)));
  return { result, error: nothing };
}

function statusOf(error: unknown): Buffer {
  const {
    status: code,
    message,
    details,
  } = error instanceof GrpcStatusError
    ? error
    : new GrpcStatusError(GrpcCode.UNKNOWN, messageOf(error));
  const status = Status.encode({ code, message, details: details.map(detailOf) });
  return Buffer.from(status.finish());
}

function detailOf({ typeUrl, value }: StatusDetail) {
  return { typeUrl, value: Buffer.from(value) };
}
