/** `pnpm bench:grpc`: our own HTTP/2 beside `@grpc/grpc-js`, on a real builder of the testbed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Summary, summarise } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { describeBuilder, describeMachine } from '../report/describe-machine.js';
import { betweenMarkers, documents, resultFiles } from '../report/files.js';
import { registerBuilder } from '../sides/commands.js';
import { removeTags } from '../sides/daemon.js';
import { findPrograms } from '../sides/programs.js';
import type { Setting } from '../sides/setting.js';
import { ensureTestbed } from '../sides/testbed.js';
import {
  type Case,
  callsCase,
  clients,
  readCase,
  startUpCase,
  transferCase,
  wideCase,
} from './cases.js';
import type { Cost } from './cost.js';
import { formatGrpcRows, type GrpcRow } from './table.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

const { testbed, release } = await ensureTestbed(say);
try {
  const [load = 0] = loadavg();
  if (load > 1) say(`THIS MACHINE IS BUSY (load ${load.toFixed(1)}): the times will be wrong`);
  const [builder] = testbed.buildkits;
  if (!builder) throw new Error('the testbed has no builder');
  const machine = await describeMachine(testbed);
  const setting: Setting = {
    testbed,
    builder,
    programs: findPrograms(testbed.clients),
    rounds: { quick: rounds, slow: rounds, warmUps: 1 },
    loaded: new Map(),
    signal: interrupt.signal,
  };
  await registerBuilder(setting);
  const rows = await measureAll(setting);
  await removeTags(testbed.classic, ['bench-grpc:latest']);
  const facts = `${machine.cores} cores, kernel ${machine.kernel}, Node ${machine.node}`;
  const busy = load > 1 ? `, beside other work (load ${load.toFixed(0)})` : '';
  const where = `${facts}${busy}; ${await describeBuilder(setting, machine)}`;
  const text = `Medians of ${rounds} by \`pnpm bench:grpc\` on ${where}.\n\n${formatGrpcRows(rows)}`;
  console.log(text);
  if (rounds >= 5) writeResults(text, { machine, rows });
} finally {
  await release();
}

async function measureAll(setting: Setting): Promise<GrpcRow[]> {
  const rows: GrpcRow[] = [];
  const makers = [
    startUpCase,
    wideCase,
    transferCase,
    async () => callsCase(setting, 1000, 1),
    async () => callsCase(setting, 5000, 50),
    readCase,
  ];
  for (const make of makers) rows.push(await measure(await make(setting)));
  return rows;
}

/** Measures both in turns, one round more than counts; each round begins with another one. */
async function measure({ title, shown, run, clean }: Case): Promise<GrpcRow> {
  const costs: Cost[][] = clients.map(() => []);
  try {
    for (let round = -1; round < rounds; round++) {
      const turn = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const at of turn) {
        await settle();
        const cost = await run(clients[at] ?? 'builtin');
        if (round >= 0) costs[at]?.push(cost);
      }
    }
  } finally {
    await clean?.();
  }
  const summaries = (quantity: keyof Cost): Summary[] =>
    costs.map((samples) => summarise(samples.map((cost) => cost[quantity])));
  const row = {
    title,
    ...(shown && { shown }),
    wallMs: summaries('wallMs'),
    cpuMs: summaries('cpuMs'),
    peakBytes: summaries('peakBytes'),
  };
  say(`\n${formatGrpcRows([row])}\n`);
  return row;
}

function writeResults(text: string, results: object): void {
  writeFileSync(resultFiles.grpc, `${JSON.stringify(results, null, 2)}\n`);
  const document = readFileSync(documents.grpc, 'utf8');
  writeFileSync(documents.grpc, betweenMarkers(document, 'bench-grpc', text));
}
