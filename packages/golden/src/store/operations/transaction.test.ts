import { expect, test } from 'vitest';
import { newTransaction, projectOf } from './transaction.js';

test.each(['app', 'app-000001', newTransaction('app', 1)])(
  'a transaction tells that it is of project %s',
  (project) => {
    expect(projectOf(newTransaction(project, 12))).toBe(project);
  },
);

test.each(['app', 'app-000001', '-000001-0a1b2c3d', 'app-1-0a1b2c3d'])('%j is none', (name) => {
  expect(projectOf(name)).toBeUndefined();
});
