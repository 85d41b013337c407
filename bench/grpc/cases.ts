import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomBytes } from '@warmdock/testkit';
import { environment, warmdockBuild } from '../sides/commands.js';
import { ensureContext, linkContext, removeContext } from '../sides/contexts.js';
import { listLocalSources, pruneLocalSources } from '../sides/local-sources.js';
import { importBuiltCore } from '../sides/programs.js';
import type { Setting } from '../sides/setting.js';
import { type Cost, costOf } from './cost.js';

/** Both ways to speak gRPC, by the values of `WARMDOCK_GRPC`. */
export const clients = ['builtin', 'grpc-js'] as const;
export type GrpcClient = (typeof clients)[number];

/** What both clients are measured in. */
export interface Case {
  readonly title: string;
  /** What is shown of the time: a share of it for each thing done, or what went through it. */
  readonly shown?: { readonly each: number } | { readonly bytes: number };
  /** Puts everything in place, untimed, and answers with what was measured. */
  run(client: GrpcClient): Promise<Cost>;
  clean?(): Promise<void>;
}

const program = fileURLToPath(new URL('program.mjs', import.meta.url));

/** A cached build of one file by the command line: mostly start-up. */
export async function startUpCase(setting: Setting): Promise<Case> {
  const run = cliBuild(setting, ensureContext('small'));
  await run('builtin');
  return { title: 'cached build of one file, command line', run };
}

/** The session's tunnel, in many small messages. */
export async function wideCase(setting: Setting): Promise<Case> {
  const run = cliBuild(setting, ensureContext('wide'));
  await run('builtin');
  return { title: 'cached build of 50,000 files, command line', run };
}

/** The session's tunnel, in large messages. */
export async function transferCase(setting: Setting): Promise<Case> {
  const before = await listLocalSources(setting);
  const original = ensureContext('transfer');
  return {
    title: 'first transfer of a 500 MB context',
    shown: { bytes: 500_000_000 },
    async run(client) {
      const context = linkContext(original, `transfer-${randomUUID()}`);
      try {
        return await cliBuild(setting, context)(client);
      } finally {
        removeContext(context);
      }
    },
    clean: () => pruneLocalSources(setting, before),
  };
}

export function callsCase(setting: Setting, count: number, atOnce: number): Case {
  const how = atOnce === 1 ? 'one after the other' : `${atOnce} at a time`;
  return {
    title: `${count} small calls, ${how}`,
    shown: { each: count },
    run: (client) => sdkWork(setting, client, ['calls', `${count}`, `${atOnce}`]),
  };
}

/** What a cold load reads: layers out of the builder's content store. */
export async function readCase(setting: Setting): Promise<Case> {
  const blobs = await layersOf(setting, 20, 20_000_000);
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const words = blobs.map(({ digest, size }) => `${digest}=${size}`);
  return {
    title: `${blobs.length} layers of 20 MB, read`,
    shown: { bytes },
    run: (client) => sdkWork(setting, client, ['read', ...words]),
  };
}

function cliBuild(setting: Setting, context: string) {
  const { host } = setting.testbed.classic;
  const { argv, env } = warmdockBuild(setting, { context, host, tag: 'bench-grpc:latest' });
  return (client: GrpcClient) =>
    costOf({ argv, env: { ...env, WARMDOCK_GRPC: client } }, { signal: setting.signal });
}

/** In a process of its own; the time is that of the work alone. */
async function sdkWork(setting: Setting, client: GrpcClient, work: string[]): Promise<Cost> {
  const argv = [process.execPath, program, setting.builder.address, client, ...work];
  const env = environment(setting, setting.testbed.classic.host);
  const cost = await costOf({ argv, env }, { signal: setting.signal });
  if (Number.isNaN(cost.partMs)) throw new Error(`${argv.join(' ')} printed no time`);
  return { ...cost, wallMs: cost.partMs };
}

/** Has the builder make layers of random bytes. */
async function layersOf(setting: Setting, layers: number, layerBytes: number): Promise<Layer[]> {
  const context = mkdtempSync(join(tmpdir(), 'warmdock-bench-'));
  try {
    const names = Array.from({ length: layers }, (_, at) => `layer${at}`);
    for (const name of names) writeFileSync(join(context, name), randomBytes(name)(layerBytes));
    const steps = names.map((name) => `COPY ${name} /${name}`);
    writeFileSync(join(context, 'Dockerfile'), ['FROM scratch', ...steps, ''].join('\n'));
    return await builtLayers(setting, context);
  } finally {
    rmSync(context, { recursive: true });
  }
}

interface Layer {
  readonly digest: string;
  readonly size: number;
}

async function builtLayers({ builder, signal }: Setting, context: string): Promise<Layer[]> {
  const core = await importBuiltCore();
  const buildkit = core.connectBuildKit(builder.address);
  try {
    const plan = core.planBuild({ context, tags: ['bench-grpc:layers'] });
    await using result = await core.runBuild(plan, buildkit, {}, { signal });
    const { digest, content } = result;
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const pieces: Uint8Array[] = [];
    for await (const piece of content.fetch({ digest, mediaType })) pieces.push(piece);
    return JSON.parse(Buffer.concat(pieces).toString()).layers;
  } finally {
    buildkit.close();
  }
}
