import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../clients/run-command.js';

const script = fileURLToPath(new URL('../../../../scripts/lib/summary.mjs', import.meta.url));
const unit = '/repository/packages/core/src/oci/digest.test.ts';
const integration = '/repository/packages/core/integration/build.test.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'warmdock-summary-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** One report a file, each with one file of tests: its name, and the status of each test. */
async function summaryOf(files: readonly (readonly [string, ...string[]])[]) {
  for (const [index, [name, ...statuses]] of files.entries()) {
    const assertionResults = statuses.map((status) => ({ status, fullName: 'a rule' }));
    const failed = statuses.length === 0 || statuses.includes('failed');
    const report = {
      testResults: [{ name, status: failed ? 'failed' : 'passed', assertionResults }],
    };
    await writeFile(join(dir, `${index}.json`), JSON.stringify(report));
  }
  const { exitCode, stdout } = await runCommand([process.execPath, script, dir], { env: {} });
  return { exitCode, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

describe('the summary of scripts/test', () => {
  test.each([
    [
      'sums up all runs',
      [
        [unit, 'passed', 'passed'],
        [integration, 'passed'],
      ],
      '3 passed, 0 failed',
      0,
    ],
    ['counts failures', [[unit, 'passed', 'failed']], '1 passed, 1 failed', 1],
    [
      'counts a skipped integration test as failed',
      [[integration, 'passed', 'skipped']],
      '1 passed, 1 failed',
      1,
    ],
    [
      'counts a postponed integration test as failed',
      [[integration, 'passed', 'todo']],
      '1 passed, 1 failed',
      1,
    ],
    ['lets a unit test be skipped', [[unit, 'passed', 'skipped']], '1 passed, 0 failed', 0],
    [
      'counts a file that did not load as failed',
      [[unit, 'passed'], [integration]],
      '1 passed, 1 failed',
      1,
    ],
    ['fails when nothing ran', [], '0 passed, 0 failed', 1],
  ] as const)('%s', async (_, files, lastLine, exitCode) => {
    expect(await summaryOf(files)).toEqual({ exitCode, lastLine });
  });
});
