import { expect, test } from 'vitest';
import { Steps } from '../model/steps.js';
import { timestampOf } from '../model/timestamp.js';
import { formatFrame, formatTitle } from './frame.js';

interface StepNews {
  readonly started?: number;
  readonly completed?: number;
  readonly cached?: boolean;
  readonly error?: string;
  readonly log?: string;
  readonly status?: { id: string; current: number; total: number };
  /** Beside `status`, over already. */
  readonly past?: string;
  readonly warning?: string;
}

const transfer = {
  name: '',
  timestamp: undefined,
  current: 1,
  total: 0,
  started: timestampOf(0),
  completed: timestampOf(0),
};

function stepsOf(news: Record<string, StepNews>): Steps {
  const steps = new Steps();
  for (const [
    digest,
    { started, completed, cached = false, error = '', log, status, past, warning },
  ] of Object.entries(news)) {
    const times = {
      started: started === undefined ? undefined : timestampOf(started),
      completed: completed === undefined ? undefined : timestampOf(completed),
    };
    steps.apply({
      vertexes: [
        { digest, inputs: [], name: digest, cached, error, progressGroup: undefined, ...times },
      ],
      statuses: [
        ...(past ? [{ ...transfer, vertex: digest, id: past }] : []),
        ...(status ? [{ ...transfer, vertex: digest, ...status, ...times }] : []),
      ],
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
  return formatFrame(stepsOf(news), 'title', 3_000, { columns, rows, logLines: 6 }).slice(1);
}

/** The first word of each line behind the arrows. */
function wordsOf(lines: readonly { text: string }[]) {
  return lines.map(({ text }) => text.replace(/^[ =>]+/, '').split(/\s+/)[0]);
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
  expect(line?.text).toBe(` => ${'x'.repeat(29)}  0.1s`);
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
    { text: ' => WARN: Casing                   0.5s', tone: 'notable' },
  ]);
});

test.each([
  [0, '[>           ]'],
  [500, '[===>        ]'],
  [1_999, '[===========>]'],
  [2_000, '[============]'],
])('a running transfer with %i of 2000 bytes has a bar %s', (current, bar) => {
  const columns = 80;
  const id = 'x'.repeat(columns - 49);
  const [, line] = frame(
    { step: { started: 0, status: { id, current, total: 2_000 } } },
    { columns },
  );
  expect(line?.text).toContain(` => => ${id} ${bar} `);
  expect(line?.text).toMatch(/ \/ 2\.00kB +3\.0s$/);
  expect(line?.text).toHaveLength(columns - 1);
});

test('a bar takes no more room than it needs, and where there is little room there is none', () => {
  const status = { id: 'layer', current: 1_000, total: 2_000 };
  const barAt = (columns: number) =>
    /\[.*\]/.exec(frame({ step: { started: 0, status } }, { columns })[1]?.text ?? '')?.[0].length;
  expect([200, 80, 60, 50, 49].map(barAt)).toEqual([40, 40, 20, 10, undefined]);
});

test('the name of a transfer is cut so that its amount stays', () => {
  const status = { id: `sha256:${'a'.repeat(64)}`, current: 5, total: 2_000 };
  const [, line] = frame({ step: { started: 0, status } }, { columns: 60 });
  expect(line?.text).toBe(` => => sha256:${'a'.repeat(27)} 5B / 2.00kB  3.0s`);
});

test('a running step shows its last lines, stripped of what would move the cursor', () => {
  const log = Array.from({ length: 8 }, (_, index) => `line ${index}`).join('\n');
  const lines = frame({
    step: { started: 0, log: `${log}\n \n10%\r50%\u0007\u001b[2K\t\u001b[31mred` },
  });
  expect(lines.slice(1)).toEqual(
    ['line 3', 'line 4', 'line 5', 'line 6', 'line 7', '50% red'].map((text) => ({
      text: ` => => # ${text}`,
      tone: 'faint',
    })),
  );
});

test('a long line of output is wrapped', () => {
  const lines = frame({ step: { started: 0, log: `${'a'.repeat(30)}${'b'.repeat(5)}` } });
  expect(lines.slice(1).map(({ text }) => text)).toEqual([
    ` => => # ${'a'.repeat(30)}`,
    ' => => # bbbbb',
  ]);
});

test('output comes below its step, before its transfers', () => {
  const status = { id: 'layer', current: 1, total: 0 };
  expect(wordsOf(frame({ step: { started: 0, log: 'why', status } }))).toEqual([
    'step',
    '#',
    'layer',
  ]);
});

test('an ended step shows no output', () => {
  expect(frame({ step: { started: 0, completed: 1, log: 'a\n' } })).toHaveLength(1);
});

const ended = { started: 0, completed: 10 };

test('in a low terminal old ended steps give way to what runs or failed', () => {
  const news = {
    a: ended,
    bad: { ...ended, error: 'no' },
    b: { ...ended, past: 'transfer' },
    c: ended,
    running: { started: 0 },
  };
  expect(wordsOf(frame(news, { rows: 4 }))).toEqual(['ERROR', 'c', 'running']);
});

test('then what is over in steps that run', () => {
  const status = { id: 'now', current: 1, total: 2 };
  const news = { a: ended, b: { started: 0, past: 'before', status } };
  expect(wordsOf(frame(news, { rows: 4 }))).toEqual(['b', 'before', 'now']);
  expect(wordsOf(frame(news, { rows: 3 }))).toEqual(['b', 'now']);
});

test('where the output of all steps that run does not fit, that of the loudest is shown', () => {
  const news = {
    a: { started: 0, log: '1\n2\n' },
    b: { started: 0, log: '1\n2\n3\n' },
    c: { started: 0 },
  };
  expect(wordsOf(frame(news, { rows: 9 }))).toEqual(['a', '#', '#', 'b', '#', '#', '#', 'c']);
  expect(wordsOf(frame(news, { rows: 8 }))).toEqual(['a', 'b', '#', '#', '#', 'c']);
  expect(wordsOf(frame(news, { rows: 6 }))).toEqual(['a', '#', '#', 'b', 'c']);
});

test('what does not fit at all is cut at the top', () => {
  const news = { a: { started: 0 }, b: { started: 0 }, c: { started: 0 } };
  expect(wordsOf(frame(news, { rows: 3 }))).toEqual(['b', 'c']);
});

test('no line is wider than the terminal, whatever letters it has', () => {
  const news = {
    ['漢字'.repeat(20)]: { started: 0, log: '✨'.repeat(40), warning: '字'.repeat(40) },
  };
  const [title, log, more, ...rest] = frame(news).map(({ text }) => text);
  expect(title).toBe(` => ${'漢字'.repeat(7)}   3.0s`);
  expect([log, more]).toEqual([` => => # ${'✨'.repeat(15)}`, ` => => # ${'✨'.repeat(15)}`]);
  expect(rest.at(-1)).toBe(` => WARN: ${'字'.repeat(11)}   3.0s`);
});

test.each([
  [false, '[+] Building 1.5s (2/2)'],
  [true, '[+] Building 1.5s (2/2) FINISHED'],
])('the title counts steps (over: %s)', (isOver, title) => {
  expect(formatTitle(stepsOf({ a: ended, b: ended }), 1_500, isOver)).toBe(title);
});
