import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ObservedSteps } from './observed-steps.js';
import type { SolveStatus, Vertex, VertexLog } from './solve-status.js';

function status(vertexes: Partial<Vertex>[], logs: Partial<VertexLog>[] = []): SolveStatus {
  return {
    vertexes: vertexes.map((vertex) => ({ ...plainVertex, ...vertex })),
    logs: logs.map((log) => ({ ...plainLog, ...log })),
    statuses: [],
    warnings: [],
  };
}

const plainVertex: Vertex = {
  digest: 'a',
  inputs: [],
  name: 'step a',
  cached: false,
  started: undefined,
  completed: undefined,
  error: '',
  progressGroup: undefined,
};
const plainLog: VertexLog = { vertex: 'a', timestamp: undefined, stream: 1, msg: Buffer.alloc(0) };

describe('ObservedSteps', () => {
  it('knows the names of the steps that it heard of', () => {
    const steps = new ObservedSteps();
    steps.add(status([{ name: 'step a' }, { digest: 'b', name: 'step b' }]));
    expect(['a', 'b', 'c'].map((digest) => steps.vertexName(digest))).toEqual([
      'step a',
      'step b',
      undefined,
    ]);
  });

  it('has no failed step before one fails', () => {
    const steps = new ObservedSteps();
    steps.add(status([{}]));
    expect([steps.failedVertex, steps.failedReason]).toEqual([undefined, undefined]);
  });

  it('keeps the first failure: later ones follow from it', () => {
    const steps = new ObservedSteps();
    steps.add(status([{}, { digest: 'b', error: 'exit code: 1' }]));
    steps.add(status([{ digest: 'c', error: 'canceled' }]));
    expect([steps.failedVertex, steps.failedReason]).toEqual(['b', 'exit code: 1']);
  });

  it.each([
    ['just before it', 499, undefined],
    ['long before it', 500, 'b'],
  ])('counts failures %s as consequences of the loss of the session', (_when, ms, failed) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const steps = new ObservedSteps();
    steps.add(status([{ digest: 'b', error: 'exit code: 1' }]));
    vi.advanceTimersByTime(ms);
    steps.sessionLost();
    steps.add(status([{ digest: 'c', error: 'no session' }]));
    expect(steps.failedVertex).toBe(failed);
  });

  it('joins the output of a step, both streams, wherever it was cut', () => {
    const steps = new ObservedSteps();
    steps.add(
      status([], [{ msg: Buffer.from('one\ntw') }, { stream: 2, msg: Buffer.from('o\n') }]),
    );
    steps.add(status([], [{ vertex: 'b', msg: Buffer.from('other') }]));
    expect(steps.logTail('a')).toEqual(['one', 'two']);
    expect(steps.logTail('none')).toEqual([]);
  });

  it('joins a character that was cut', () => {
    const steps = new ObservedSteps();
    const bytes = Buffer.from('größe');
    steps.add(status([], [{ msg: bytes.subarray(0, 3) }]));
    steps.add(status([], [{ msg: bytes.subarray(3) }]));
    expect(steps.logTail('a')).toEqual(['größe']);
  });

  it('forgets the beginning of a long output', () => {
    const steps = new ObservedSteps();
    for (let line = 0; line < 10_000; line++) {
      steps.add(status([], [{ msg: Buffer.from(`line ${line}\n`) }]));
    }
    const tail = steps.logTail('a');
    expect(tail.at(-1)).toBe('line 9999');
    expect(tail.join('\n').length).toBeLessThan(20_000);
  });
});
