/**
 * Sums up vitest's JSON results in a folder and prints "N passed, N failed" as the last line;
 * exit code 1 if anything failed, or if nothing ran. A skipped integration test counts as failed:
 * they exist to be run. A file that could not be loaded counts as one failed test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const dir = process.argv[2];
const reports = readdirSync(dir).map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')));
const files = reports.flatMap(({ testResults }) => testResults);

const tests = files.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ status, fullName }) => ({ status, title: `${name}: ${fullName}`, name })),
);
const broken = files.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
const isIntegration = ({ name }) => /\/(integration|examples)\//.test(name);
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
const wronglySkipped = skipped.filter(isIntegration);

const passed = tests.filter(({ status }) => status === 'passed').length;
const failed =
  tests.filter(({ status }) => status === 'failed').length + broken.length + wronglySkipped.length;

for (const { name } of broken) console.log(`did not load: ${name}`);
for (const { title } of wronglySkipped) console.log(`skipped, which counts as failed: ${title}`);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
