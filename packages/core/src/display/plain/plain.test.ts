import {
  MemoryOutput,
  parseLine,
  type RecordingName,
  readRecording,
  timeOfNews,
} from '@warmdock/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { timestampOf } from '../model/timestamp.js';
import { PlainDisplay } from './plain.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Plays a recorded build at the pace at which it happened. */
function play(name: RecordingName): string {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  let now: number | undefined;
  for (const status of readRecording(name).map(parseLine)) {
    const time = timeOfNews(status) ?? now;
    if (now !== undefined && time !== undefined && time > now) vi.advanceTimersByTime(time - now);
    if (now === undefined || (time !== undefined && time > now)) now = time;
    display.update(status);
  }
  display.end();
  return output.text;
}

test.each(['parallel', 'cached', 'failed'] as const)(
  'the recorded %s build reads as it did when it was compared with what BuildKit prints',
  async (name) => {
    await expect(play(name)).toMatchFileSnapshot(`../../../../testkit/src/recordings/${name}.txt`);
  },
);

const noNews = { vertexes: [], statuses: [], logs: [], warnings: [] };

function vertex(digest: string, fields: { completed?: number; error?: string } = {}) {
  const { completed, error = '' } = fields;
  return {
    digest,
    inputs: [],
    name: `step ${digest}`,
    cached: false,
    started: timestampOf(0),
    completed: completed === undefined ? undefined : timestampOf(completed),
    error,
    progressGroup: undefined,
  };
}

function log(digest: string, text: string) {
  return { vertex: digest, timestamp: timestampOf(1_000), stream: 1, msg: Buffer.from(text) };
}

test('a line that comes in pieces is one line', () => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  display.update({ ...noNews, vertexes: [vertex('a')], logs: [log('a', 'half')] });
  vi.advanceTimersByTime(200);
  display.update({ ...noNews, logs: [log('a', ' and half\n')] });
  display.end();
  expect(output.text).toBe('#1 step a\n#1 1.000 half and half\n');
});

test('a turn ends an open line, and the step goes on in its next turn', () => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  display.update({ ...noNews, vertexes: [vertex('a')], logs: [log('a', 'no end')] });
  vi.advanceTimersByTime(200);
  display.update({ ...noNews, vertexes: [vertex('b', { completed: 100 })] });
  display.update({ ...noNews, vertexes: [vertex('a', { completed: 200 })] });
  display.end();
  expect(output.text).toBe(
    [
      '#1 step a',
      '#1 1.000 no end',
      '#1 ...',
      '',
      '#2 step b',
      '#2 DONE 0.1s',
      '',
      '#1 step a',
      '#1 1.000 no end',
      '#1 DONE 0.2s',
      '',
    ].join('\n'),
  );
});

test.each([
  ['process did not complete', '#1 ERROR: process did not complete\n------\n > step a:\n------\n'],
  ['rpc error: context canceled', '#1 CANCELED\n'],
])('a step that ends with %j says so', (error, ending) => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  display.update({ ...noNews, vertexes: [vertex('a', { completed: 100, error })] });
  display.end();
  expect(output.text).toBe(`#1 step a\n${ending}`);
});

test('when the build is cancelled the running steps say so, also in the middle of a transfer', () => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  const transfer = {
    id: 'transferring context:',
    vertex: 'b',
    name: '',
    current: 5,
    total: 0,
    timestamp: timestampOf(0),
    started: timestampOf(0),
    completed: undefined,
  };
  display.update({ ...noNews, vertexes: [vertex('a', { completed: 100 }), vertex('b')] });
  display.update({
    ...noNews,
    vertexes: [vertex('c'), { ...vertex('d'), started: undefined }],
    statuses: [transfer],
    logs: [log('c', 'half')],
  });
  vi.setSystemTime(200);
  display.cancel();
  display.end();
  expect(output.text).toBe(
    [
      '#1 step a',
      '#1 DONE 0.1s',
      '',
      '#2 step b',
      '#2 transferring context: 5B',
      '#2 CANCELED',
      '',
      '#3 step c',
      '#3 1.000 half',
      '#3 CANCELED',
      '',
    ].join('\n'),
  );
});

test('a silent step is shown when nothing else has news', () => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  display.update({ ...noNews, vertexes: [vertex('a'), vertex('b')] });
  vi.advanceTimersByTime(200);
  expect(output.text).toMatch(/^#1 step [ab]\n$/);
});

test('a notice interrupts the step that is shown', () => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  display.update({ ...noNews, vertexes: [vertex('a')] });
  display.notice('sending all layers instead');
  display.end();
  expect(output.text).toContain('#1 ...\n\nNOTICE: sending all layers instead\n');
});

test('the builder stands above the first step', () => {
  const output = new MemoryOutput();
  const display = new PlainDisplay(output);
  display.buildsOn({ name: 'shared', driver: 'remote' });
  display.update({ ...noNews, vertexes: [vertex('a', { completed: 100 })] });
  display.update({ ...noNews, vertexes: [vertex('b', { completed: 100 })] });
  display.end();
  expect(output.text).toBe(
    [
      '#0 building with "shared" instance using remote driver',
      '',
      '#1 step a',
      '#1 DONE 0.1s',
      '',
      '#2 step b',
      '#2 DONE 0.1s',
      '',
    ].join('\n'),
  );
});
