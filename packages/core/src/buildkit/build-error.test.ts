import { describe, expect, test } from 'vitest';
import { isWarmdockError } from '../errors.js';
import { BuildError, buildErrorOf, buildErrorOfSteps, type ObservedSolve } from './build-error.js';
import { GrpcCode, GrpcStatusError, type StatusDetail } from './grpc/status.js';

function detail(type: string, body: unknown): StatusDetail {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { typeUrl: `github.com/moby/buildkit/${type}+json`, value: Buffer.from(text) };
}

const dockerfile = 'FROM base\nRUN make && \\\n  exit 7\nRUN true\n';

function source(ranges: unknown, info: object = {}): StatusDetail {
  const data = Buffer.from(dockerfile).toString('base64');
  return detail('errdefs.Source', { info: { filename: 'Dockerfile', data, ...info }, ranges });
}

const vertex = detail('errdefs.Vertex', { digest: 'sha256:step' });

function observed(logLines = 0): ObservedSolve {
  return {
    failedVertex: 'sha256:seen',
    vertexName: (digest) => (digest === 'sha256:step' ? '[2/3] RUN make && exit 7' : undefined),
    logTail: () => Array.from({ length: logLines }, (_, index) => `line ${index}`),
  };
}

function buildError(status: number, details: StatusDetail[], logLines = 0): BuildError {
  const error = buildErrorOf(
    new GrpcStatusError(status, 'exit code: 7', details),
    observed(logLines),
  );
  if (!(error instanceof BuildError)) throw new Error(`not a BuildError: ${error.code}`);
  return error;
}

describe('a failed step', () => {
  // The details that buildkitd 0.32 sends for RUN, without the stack traces.
  const details = [
    detail('stack.Stack', { frames: [], pid: 1 }),
    source([
      { start: { line: 2 }, end: { line: 2 } },
      { start: { line: 3 }, end: { line: 3 } },
    ]),
    vertex,
    detail('gatewayapi.ExitMessage', { Code: 7 }),
  ];

  test('is told with its name, exit code and place', () => {
    const error = buildError(GrpcCode.UNKNOWN, details, 2);
    expect(isWarmdockError(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 7',
      step: { digest: 'sha256:step', name: '[2/3] RUN make && exit 7' },
      logTail: ['line 0', 'line 1'],
      exitCode: 7,
    });
    expect(error.sources).toEqual([
      {
        filename: 'Dockerfile',
        firstLine: 1,
        lines: dockerfile.split('\n').slice(0, 4),
        markedLines: [2, 3],
      },
    ]);
  });

  test('keeps the status as its cause, for exit codes', () => {
    expect(buildError(GrpcCode.INTERNAL, details).cause).toMatchObject({
      status: GrpcCode.INTERNAL,
    });
  });

  test('keeps the last 50 log lines, each cut at 2000 characters', () => {
    const { logTail } = buildError(GrpcCode.UNKNOWN, details, 60);
    expect(logTail).toHaveLength(50);
    expect(logTail.at(-1)).toBe('line 59');
    const long = buildErrorOf(new GrpcStatusError(GrpcCode.UNKNOWN, '', [vertex]), {
      ...observed(),
      logTail: () => ['x'.repeat(9_000)],
    });
    expect(long).toMatchObject({ logTail: ['x'.repeat(2_000)] });
  });

  test('that only progress knew is named by it', () => {
    expect(buildError(GrpcCode.UNKNOWN, []).step?.digest).toBe('sha256:seen');
  });

  test('of a nested build is the one that progress has named', () => {
    const nested = [vertex, detail('errdefs.Vertex', { digest: 'sha256:unnamed' })];
    expect(buildError(GrpcCode.UNKNOWN, nested).step?.digest).toBe('sha256:step');
  });
});

describe('details that are not as expected', () => {
  test.each<[rule: string, details: StatusDetail[]]>([
    ['no JSON', [detail('errdefs.Source', '{'), detail('gatewayapi.ExitMessage', '')]],
    ['other JSON', [detail('errdefs.Source', 'null'), detail('errdefs.Vertex', '[1]')]],
    [
      'other types of fields',
      [source([{ start: { line: '2' } }]), detail('gatewayapi.ExitMessage', { Code: 'x' })],
    ],
    ['ranges that are no list', [source({})]],
    ['no text', [source([], { data: 1 })]],
    ['a foreign type', [{ typeUrl: 'google.rpc.Help', value: Buffer.from([1]) }]],
  ])('are skipped: %s', (_rule, details) => {
    expect(buildError(GrpcCode.UNKNOWN, details)).toMatchObject({
      sources: [],
      exitCode: undefined,
    });
  });

  test('a range without an end, or with one before its start, marks its first line', () => {
    const error = buildError(GrpcCode.UNKNOWN, [
      source([{ start: { line: 2 } }]),
      source([{ start: { line: 4 }, end: { line: 1 } }]),
    ]);
    expect(error.sources.map(({ markedLines }) => markedLines)).toEqual([[2], [4]]);
  });
});

describe('whose failure a status is', () => {
  test.each<[status: keyof typeof GrpcCode, details: StatusDetail[], code: string]>([
    ['UNKNOWN', [], 'BUILD_FAILED'],
    ['INTERNAL', [], 'BUILD_FAILED'],
    ['NOT_FOUND', [vertex], 'BUILD_FAILED'],
    ['UNAVAILABLE', [vertex], 'BUILD_FAILED'],
    ['UNAVAILABLE', [detail('errdefs.Frontend', { name: 'dockerfile.v0' })], 'BUILD_FAILED'],
    ['UNAVAILABLE', [], 'UNAVAILABLE'],
    ['DEADLINE_EXCEEDED', [], 'UNAVAILABLE'],
    ['PERMISSION_DENIED', [], 'PERMISSION_DENIED'],
    ['UNAUTHENTICATED', [], 'PERMISSION_DENIED'],
    ['UNIMPLEMENTED', [], 'UNSUPPORTED'],
    ['CANCELLED', [], 'CANCELLED'],
    ['CANCELLED', [vertex], 'CANCELLED'],
  ])('%s with %j is %s', (status, details, code) => {
    const error = new GrpcStatusError(GrpcCode[status], 'why', details);
    expect(buildErrorOf(error, observed())).toMatchObject({ code, cause: error });
  });
});

describe('a solve without a status', () => {
  test('is explained by the step that failed', () => {
    const steps = { ...observed(1), failedReason: 'exit code: 9' };
    expect(buildErrorOfSteps(steps, 'reset')).toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 9',
      step: { digest: 'sha256:seen' },
      logTail: ['line 0'],
      sources: [],
      cause: 'reset',
    });
  });

  test('is not explained when no step failed', () => {
    expect(buildErrorOfSteps({ ...observed(), failedVertex: undefined })).toBeUndefined();
  });
});
