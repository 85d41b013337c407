/** `pnpm bench`: warmdock against what people use today, on the testbed's real engines. */
import { loadavg } from 'node:os';
import type { TestbedInfo } from '@warmdock/testkit';
import { cases } from './cases/index.js';
import { benchUsage, type Options, parseOptions } from './options.js';
import { describeBuilder, describeMachine } from './report/describe-machine.js';
import type { Machine } from './report/machine.js';
import { renderReport } from './report/render-report.js';
import type { Row } from './report/row.js';
import type { BuilderResult, Results } from './report/run-results.js';
import { formatBuilder, formatResults } from './report/table.js';
import { writeResults } from './report/write-results.js';
import { removeBigImages } from './sides/big-images.js';
import { registerBuilder } from './sides/commands.js';
import { findPrograms } from './sides/programs.js';
import type { Setting } from './sides/setting.js';
import { ensureTestbed } from './sides/testbed.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // More than once: a terminal's Ctrl-C reaches this process directly and through its parents.
  process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
}

const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

async function run(options: Options): Promise<void> {
  const { testbed, release } = await ensureTestbed(say);
  try {
    const [load = 0] = loadavg();
    if (load > 1) say(`THIS MACHINE IS BUSY (load ${load.toFixed(1)}): the times will be wrong`);
    const machine = await describeMachine(testbed);
    const results = { date: new Date().toISOString().slice(0, 10), machine, builders: [] };
    await runBuilders(options, testbed, results);
    console.log(`\n${formatResults(results)}`);
    if (options.isComplete) writeResults(results);
  } finally {
    await release();
  }
}

async function runBuilders(options: Options, testbed: TestbedInfo, results: Results) {
  const { builders, rounds } = options;
  const programs = findPrograms(testbed.clients);
  const wanted = testbed.buildkits.filter(({ name }) => !builders[0] || builders.includes(name));
  if (wanted.length === 0) throw new Error(`the testbed has no builder ${builders.join(', ')}`);
  for (const builder of wanted) {
    const loaded: Setting['loaded'] = new Map();
    const setting = { testbed, builder, programs, rounds, loaded, signal: interrupt.signal };
    results.builders.push(await runCases(setting, options, results.machine));
  }
}

async function runCases(setting: Setting, { only }: Options, machine: Machine) {
  await registerBuilder(setting);
  const result: BuilderResult = { builder: await describeBuilder(setting, machine), rows: [] };
  try {
    for (const name of only) {
      const start = performance.now();
      const rows: Row[] = (await cases[name]?.(setting)) ?? [];
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      say(`${name} in ${seconds} s\n${formatBuilder({ ...result, rows })}\n`);
      result.rows.push(...rows);
    }
  } finally {
    await removeBigImages(setting);
  }
  return result;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.render) renderReport();
  else await run(options);
} catch (error) {
  const isUsage = error instanceof TypeError;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(isUsage ? `${error.message}\n\n${benchUsage}` : text);
  process.exitCode = isUsage ? 2 : 1;
}
