import { describe, expect, test } from 'vitest';
import type { SolveStatus } from '../buildkit/solve-status.js';
import { WarmdockError } from '../errors.js';
import type { BuildOutcome } from '../pipeline/build-outcome.js';
import type { Display } from './model/display.js';
import { timestampOf } from './model/timestamp.js';
import { TargetsWatch } from './targets-watch.js';

/** A display that notes what it is told. */
class Notes implements Display {
  readonly showsLogs = true;
  readonly drawsBars = false;
  readonly told: string[] = [];
  readonly vertexes: SolveStatus['vertexes'][number][] = [];
  readonly logs: string[] = [];

  buildsOn({ name }: { name: string }) {
    this.told.push(`builds on ${name}`);
  }
  update({ vertexes, logs }: SolveStatus) {
    this.vertexes.push(...vertexes);
    this.logs.push(...logs.map(({ msg }) => msg.toString()));
  }
  notice(message: string) {
    this.told.push(message);
  }
  cancel() {
    this.told.push('cancel');
  }
  end() {
    this.told.push('end');
  }
}

const nothing: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] };
const vertex = (name: string) => ({
  digest: `sha256:${name}`,
  inputs: [],
  name,
  cached: false,
  started: undefined,
  completed: undefined,
  error: '',
  progressGroup: undefined,
});
const solving = (name: string) =>
  ({ type: 'solve', status: { ...nothing, vertexes: [vertex(name)] } }) as const;
const comparing = {
  type: 'compare',
  plan: { outcome: 'unchanged', reason: 'it is there', imageId: 'sha256:a', layersTotal: 1 },
} as never;
const outcome = { load: { outcome: 'unchanged' } } as BuildOutcome;

function watching(...targets: string[]) {
  const notes = new Notes();
  return { notes, watch: new TargetsWatch(notes, targets) };
}

describe('names of steps', () => {
  test.each([
    ['[1/2] COPY a b', '[web 1/2] COPY a b'],
    ['[stage 1/2] RUN x', '[web stage 1/2] RUN x'],
    ['[internal] load metadata', '[web internal] load metadata'],
    ['exporting to image', '[web] exporting to image'],
  ])('say whose %s is where there are several targets', (name, expected) => {
    const { notes, watch } = watching('web', 'db');
    watch.onProgress('web', solving(name));
    expect(notes.vertexes.map((each) => each.name)).toEqual([expected]);
  });

  test('are the plain ones for one target', () => {
    const { notes, watch } = watching('web');
    watch.onProgress('web', solving('[1/2] COPY a b'));
    expect(notes.vertexes.map((each) => each.name)).toEqual(['[1/2] COPY a b']);
  });
});

test('each target has a load of its own', () => {
  const { notes, watch } = watching('web', 'db');
  watch.onProgress('web', comparing);
  watch.onProgress('db', comparing);
  const [web, db] = notes.vertexes;
  expect([web?.name, db?.name]).toEqual([
    '[web] load into the daemon',
    '[db] load into the daemon',
  ]);
  expect(web?.digest).not.toBe(db?.digest);
});

test('notices say whose they are, and the builder is not told again by each', () => {
  const { notes, watch } = watching('web', 'db');
  watch.onProgress('web', { type: 'notice', message: 'slow' } as never);
  watch.onProgress('web', { type: 'builder', name: 'shared', driver: 'remote' } as never);
  expect(notes.told).toEqual(['target web: slow']);
});

test('the display ends once, after all', () => {
  const { notes, watch } = watching('web', 'db');
  watch.onDone('web', outcome);
  watch.onDone('db', outcome);
  expect(notes.told).toEqual([]);
  watch.end();
  expect(notes.told).toEqual(['end']);
});

test('a failure ends the load that failed with its error, the others as cancelled, and none that was done', () => {
  const { notes, watch } = watching('web', 'db', 'api');
  for (const target of ['web', 'db', 'api']) watch.onProgress(target, comparing);
  watch.onDone('api', outcome);
  notes.vertexes.length = 0;
  watch.fail(new WarmdockError('UNAVAILABLE', 'the daemon is gone'), 'web');
  expect(notes.vertexes.map(({ name, error }) => [name, error])).toEqual([
    ['[web] load into the daemon', 'the daemon is gone'],
    ['[db] load into the daemon', expect.stringMatching(/cancel/)],
  ]);
  expect(notes.told).toEqual(['cancel', 'end']);
});

test('warnings of all targets are collected, the same one once', () => {
  const { watch } = watching('web', 'db');
  const warning = {
    level: 1,
    short: Buffer.from('FromAsCasing'),
    detail: [],
    url: '',
    info: undefined,
    ranges: [],
  } as unknown as SolveStatus['warnings'][number];
  for (const target of ['web', 'db'])
    watch.onProgress(target, { type: 'solve', status: { ...nothing, warnings: [warning] } });
  expect(watch.warnings.format(false)).toBe('\n 1 warning found:\n - FromAsCasing\n');
});

test('what a step of two targets prints is shown once', () => {
  const { notes, watch } = watching('web', 'db');
  const log = (text: string, digest = 'sha256:shared') =>
    ({
      type: 'solve',
      status: {
        ...nothing,
        logs: [
          { vertex: digest, stream: 1, msg: Buffer.from(text), timestamp: timestampOf(1_000) },
        ],
      },
    }) as const;
  for (const text of ['one', 'two'])
    for (const target of ['web', 'db']) watch.onProgress(target, log(text));
  watch.onProgress('db', log('of db', 'sha256:db'));
  expect(notes.logs).toEqual(['one', 'two', 'of db']);
});
