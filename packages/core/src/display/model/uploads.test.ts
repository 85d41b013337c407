import { expect, test } from 'vitest';
import { timestampOf } from './timestamp.js';
import { Uploads } from './uploads.js';

const transfer = {
  id: 'transferring context:',
  vertex: 'a',
  name: '',
  current: 40,
  total: 0,
  timestamp: undefined,
  started: timestampOf(0),
  completed: undefined,
};

/** What becomes of a transfer when so much of the context is sent. */
function shown(fields: Partial<typeof transfer> | { completed: object }, wantedBytes = 100) {
  const uploads = new Uploads();
  uploads.note({ type: 'context', name: 'context', files: 1, sizeBytes: 50, wantedBytes });
  const statuses = [{ ...transfer, ...fields } as typeof transfer];
  return uploads.withTotals({ vertexes: [], statuses, logs: [], warnings: [] }).statuses[0];
}

test.each([
  ['gets the total that this side knows', {}, { current: 40, total: 100 }],
  ['never exceeds what was sent', { current: 60 }, { current: 50, total: 100 }],
  ['stays as it is when it is over', { completed: timestampOf(1) }, { current: 40, total: 0 }],
  ['keeps a total of its own', { total: 70 }, { current: 40, total: 70 }],
  ['of another directory stays as it is', { id: 'transferring app:' }, { current: 40, total: 0 }],
])('a transfer %s', (_, fields, expected) => {
  expect(shown(fields)).toMatchObject(expected);
});

test('where nothing is wanted there is no total', () => {
  expect(shown({ current: 0 }, 0)).toMatchObject({ current: 0, total: 0 });
});
