import { expect, test } from 'vitest';
import { formatFrame, formatTitle } from './frame.js';
import { Steps } from './steps.js';
import { timestampOf } from './timestamp.js';

interface StepNews {
  readonly started?: number;
  readonly completed?: number;
  readonly cached?: boolean;
  readonly error?: string;
  readonly log?: string;
  readonly status?: { id: string; current: number; total: number };
  readonly warning?: string;
}

function stepsOf(news: Record<string, StepNews>): Steps {
  const steps = new Steps();
  for (const [
    digest,
    { started, completed, cached = false, error = '', log, status, warning },
  ] of Object.entries(news)) {
    const times = {
      started: started === undefined ? undefined : timestampOf(started),
      completed: completed === undefined ? undefined : timestampOf(completed),
    };
    steps.apply({
      vertexes: [
        { digest, inputs: [], name: digest, cached, error, progressGroup: undefined, ...times },
      ],
      statuses: status
        ? [{ vertex: digest, name: '', timestamp: undefined, ...status, ...times }]
        : [],
      logs:
        log === undefined
          ? []
          : [{ vertex: digest, timestamp: times.started, stream: 1, msg: Buffer.from(log) }],
      warnings:
        warning === undefined
          ? []
          : [
              {
                vertex: digest,
                level: 1,
                short: Buffer.from(warning),
                detail: [],
                url: '',
                info: undefined,
                ranges: [],
              },
            ],
    });
  }
  return steps;
}

function frame(news: Record<string, StepNews>, size: { columns?: number; rows?: number } = {}) {
  const { columns = 40, rows } = size;
  return formatFrame(stepsOf(news), 'title', 3_000, { columns, rows }).slice(1);
}

test('each started step has its time at the right edge', () => {
  expect(
    frame({ first: { started: 0, completed: 1_200 }, second: { started: 1_000 }, third: {} }),
  ).toEqual([
    { text: ' => first                          1.2s', tone: 'done' },
    { text: ' => second                         2.0s', tone: 'plain' },
  ]);
});

test.each([
  [{ cached: true }, 'CACHED step', 'done'],
  [{ error: 'exit code: 1' }, 'ERROR step', 'failed'],
  [{ error: 'context canceled' }, 'CANCELED step', 'notable'],
])('an ended step with %j is marked', (fields, mark, tone) => {
  const [line] = frame({ step: { started: 0, completed: 0, ...fields } });
  expect(line).toEqual({ text: expect.stringContaining(` => ${mark} `), tone });
});

test('long names are cut so that the time stays', () => {
  const [line] = frame({ ['x'.repeat(99)]: { started: 0, completed: 100 } });
  expect(line?.text).toBe(` => ${'x'.repeat(30)} 0.1s`);
});

test('transfers and warnings are lines below their step', () => {
  const news = {
    step: {
      started: 0,
      completed: 500,
      status: { id: 'transferring', current: 500, total: 2_000 },
      warning: 'Casing',
    },
  };
  expect(frame(news)).toEqual([
    { text: expect.stringContaining('step'), tone: 'done' },
    { text: ' => => transferring 500B / 2.00kB  0.5s', tone: 'done' },
    { text: ' => WARN: Casing', tone: 'notable' },
  ]);
});

test('a running step shows its last lines, stripped of what would move the cursor', () => {
  const log = Array.from({ length: 8 }, (_, index) => `line ${index}`).join('\n');
  const lines = frame({ step: { started: 0, log: `${log}\n10%\r50%\u001b[2K\t\u001b[31mred` } });
  expect(lines.slice(1).map(({ text }) => text)).toEqual([
    ' => => # 0.000 line 3',
    ' => => # 0.000 line 4',
    ' => => # 0.000 line 5',
    ' => => # 0.000 line 6',
    ' => => # 0.000 line 7',
    ' => => # 50% red',
  ]);
});

test('an ended step shows no output', () => {
  expect(frame({ step: { started: 0, completed: 1, log: 'a\n' } })).toHaveLength(1);
});

test('in a low terminal old ended steps give way to what runs or failed', () => {
  const ended = { started: 0, completed: 10 };
  const news = {
    a: ended,
    bad: { ...ended, error: 'no' },
    b: ended,
    c: ended,
    running: { started: 0 },
  };
  const names = frame(news, { rows: 4 }).map(({ text }) => text.trim().split(/\s+/)[1]);
  expect(names).toEqual(['ERROR', 'c', 'running']);
});

test('what does not fit at all is cut at the top', () => {
  const news = { a: { started: 0 }, b: { started: 0 }, c: { started: 0 } };
  expect(frame(news, { rows: 3 }).map(({ text }) => text.trim().split(/\s+/)[1])).toEqual([
    'b',
    'c',
  ]);
});

test.each([
  [false, '[+] Building 1.5s (2/2)'],
  [true, '[+] Building 1.5s (2/2) FINISHED'],
])('the title counts steps (over: %s)', (isOver, title) => {
  const ended = { started: 0, completed: 10 };
  expect(formatTitle(stepsOf({ a: ended, b: ended }), 1_500, isOver)).toBe(title);
});
