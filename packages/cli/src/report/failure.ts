import { BuildError, isWarmdockError } from '@warmdock/core';
import { formatExcerpt } from '@warmdock/core/buildkit';
import { interruptedExitCode } from '../process/interruption.js';

/** How the command ends when it fails: what it prints to stderr and its exit code. */
export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

/** gRPC codes that buildx exits with a code of its own for; everything else is 1. */
const exitCodeByStatus = new Map([
  [13, 100], // INTERNAL
  [8, 102], // RESOURCE_EXHAUSTED
]);

/** Explains an error in buildx's words where it has some. */
export function formatFailure(error: unknown, version: string): Failure {
  if (!isWarmdockError(error) || error.code === 'INTERNAL') return bug(error, version);
  if (error.code === 'CANCELLED')
    return { text: format(error.message), exitCode: interruptedExitCode };
  if (error instanceof BuildError) return buildFailure(error);
  return { text: format(error.message, error.hint), exitCode: 1 };
}

function buildFailure(error: BuildError): Failure {
  // The cause is the builder's own status: its message is what buildx prints.
  const { message, status } = error.cause as Error & { status?: number };
  const excerpts = error.sources.map((source) => `${formatExcerpt(source)}\n`).join('');
  return {
    text: excerpts + format(`failed to build: failed to solve: ${message}`, error.hint),
    exitCode: exitCodeByStatus.get(status ?? 0) ?? 1,
  };
}

function bug(error: unknown, version: string): Failure {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${stack}\n${format(`this is a bug in warmdock ${version}`, 'please report it with the lines above')}`,
    exitCode: 1,
  };
}

function format(message: string, hint?: string): string {
  return `ERROR: ${message}\n${hint ? `HINT: ${hint}\n` : ''}`;
}
