import { WarmdockError } from '../errors.js';
import type { DockerfileExcerpt } from './dockerfile-excerpt.js';
import { readErrorDetails, type StatusDetails } from './error-details.js';
import { GrpcCode, type GrpcStatusError } from './grpc/status.js';

/** A step of a build, named as progress shows it, such as `[2/3] RUN make`. */
export interface FailedStep {
  readonly name: string;
  readonly digest: string;
}

/** What is known of a failed build. */
export interface BuildFailure {
  readonly step?: FailedStep | undefined;
  readonly logTail: readonly string[];
  readonly exitCode?: number | undefined;
  readonly sources: readonly DockerfileExcerpt[];
}

/** The build itself failed: a step, or what the Dockerfile asks for. `cause` is the builder's status. */
export class BuildError extends WarmdockError {
  /** Absent when no step failed, as for a Dockerfile that cannot be parsed. */
  readonly step: FailedStep | undefined;
  /** The last lines that the step printed. */
  readonly logTail: readonly string[];
  /** Of the step's process; 255 also when it could not be started. */
  readonly exitCode: number | undefined;
  /** The places in the Dockerfile, in the order that BuildKit names them. */
  readonly sources: readonly DockerfileExcerpt[];

  constructor(message: string, failure: BuildFailure, cause: unknown) {
    super('BUILD_FAILED', message, { cause });
    this.step = failure.step;
    this.logTail = failure.logTail;
    this.exitCode = failure.exitCode;
    this.sources = failure.sources;
  }
}

/** What was seen of a solve while it ran. */
export interface ObservedSolve {
  vertexName(digest: string): string | undefined;
  readonly failedVertex: string | undefined;
  /** What the failed vertex said of its failure. */
  readonly failedReason?: string | undefined;
  logTail(digest: string): readonly string[];
}

const logTailLines = 50;
const logLineLength = 2_000;

/**
 * Turns the status that ended a solve into the error that the caller sees.
 *
 * A status whose details name a step, a place or a frontend is a `BuildError` whatever its code:
 * codes of registries and of our own session shine through. Without such details the code decides
 * between `BuildError` and the ways in which a builder fails by itself.
 */
export function buildErrorOf(status: GrpcStatusError, observed: ObservedSolve): WarmdockError {
  const details = readErrorDetails(status.details);
  if (status.status === GrpcCode.CANCELLED) {
    return new WarmdockError('CANCELLED', `build was cancelled by the builder: ${status.message}`, {
      cause: status,
    });
  }
  const explained = details.vertexes.length > 0 || details.sources.length > 0 || details.byFrontend;
  return (
    (explained ? undefined : builderFailure(status)) ?? buildFailure(status, details, observed)
  );
}

/**
 * The error of a solve whose status never came, although its step is known to have failed; `undefined` if none has.
 *
 * BuildKit puts the whole Dockerfile into the trailers of a failed solve. Beyond about 64 KB (a
 * Dockerfile of 36 KB) Node's HTTP/2 cannot take them: buildkitd resets the stream when it was told
 * of the limit, and a dockerd sends them all the same, which silently kills the connection.
 */
export function buildErrorOfSteps(
  observed: ObservedSolve,
  cause?: unknown,
): BuildError | undefined {
  const digest = observed.failedVertex;
  if (digest === undefined) return undefined;
  const reason = observed.failedReason || 'a step failed';
  return new BuildError(
    `build failed: ${reason}`,
    { ...stepFailure(digest, observed), sources: [] },
    cause,
  );
}

function builderFailure(status: GrpcStatusError): WarmdockError | undefined {
  const message = `builder failed to build: ${status.message}`;
  switch (status.status) {
    case GrpcCode.UNAVAILABLE:
    case GrpcCode.DEADLINE_EXCEEDED:
      return new WarmdockError('UNAVAILABLE', message, {
        hint: 'check that the builder is still running, then build again',
        cause: status,
      });
    case GrpcCode.UNAUTHENTICATED:
    case GrpcCode.PERMISSION_DENIED:
      return new WarmdockError('PERMISSION_DENIED', message, { cause: status });
    case GrpcCode.UNIMPLEMENTED:
      return new WarmdockError('UNSUPPORTED', message, {
        hint: 'check that the address is a BuildKit daemon',
        cause: status,
      });
    default:
      return undefined;
  }
}

function buildFailure(
  status: GrpcStatusError,
  details: StatusDetails,
  observed: ObservedSolve,
): BuildError {
  const { exitCode, sources } = details;
  const step = stepFailure(failedDigest(details, observed), observed);
  return new BuildError(`build failed: ${status.message}`, { ...step, exitCode, sources }, status);
}

function stepFailure(digest: string | undefined, observed: ObservedSolve) {
  if (digest === undefined) return { step: undefined, logTail: [] };
  const lines = observed.logTail(digest).slice(-logTailLines);
  return {
    step: { digest, name: observed.vertexName(digest) ?? digest },
    logTail: lines.map((line) => line.slice(0, logLineLength)),
  };
}

function failedDigest({ vertexes }: StatusDetails, observed: ObservedSolve): string | undefined {
  return (
    vertexes.findLast((digest) => observed.vertexName(digest) !== undefined) ??
    vertexes.at(-1) ??
    observed.failedVertex
  );
}
