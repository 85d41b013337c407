/**
 * Sums up vitest's JSON results in a folder: the failed tests with what each said, and
 * "N passed, N failed" as the last line. Exit code 1 if anything failed, or if nothing ran. A skipped integration test counts as failed:
 * they exist to be run. A file that could not be loaded counts as one failed test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const dir = process.argv[2];
const reports = readdirSync(dir).map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')));
const files = reports.flatMap(({ testResults }) => testResults);

const tests = files.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ status, fullName, failureMessages }) => ({
    status,
    title: `${name}: ${fullName}`,
    name,
    said: (failureMessages ?? []).join('\n'),
  })),
);
const broken = files.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
const isIntegration = ({ name }) => /\/(integration|examples)\//.test(name);
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
const wronglySkipped = skipped.filter(isIntegration);

const failures = tests.filter(({ status }) => status === 'failed');
const passed = tests.filter(({ status }) => status === 'passed').length;
const failed = failures.length + broken.length + wronglySkipped.length;

/** A log that is cut at its beginning still tells of every one. */
const longestMessage = 2_000;
for (const { title, said } of failures)
  console.log(`failed: ${title}\n${said.slice(0, longestMessage)}\n`);
for (const { name, message } of broken) console.log(`did not load: ${name}\n${message ?? ''}`);
for (const { title } of wronglySkipped) console.log(`skipped, which counts as failed: ${title}`);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
