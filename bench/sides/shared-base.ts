import { join } from 'node:path';
import { benchDir } from '../measure/bench-dir.js';
import { timeCommand } from '../measure/time-command.js';
import { buildxBuild } from './commands.js';
import { services } from './compose-projects.js';
import { ensureContext, TINY, writeAged, writeTiny } from './contexts.js';
import type { Setting } from './setting.js';

/**
 * The folder of a compose project of 20 services on a base image of 2 GB, each `tiny.txt` as it was
 * first. The builder has pushed the base to the testbed's registry, and so has it.
 */
export async function ensureSharedBase(setting: Setting): Promise<string> {
  const dir = join(benchDir(), 'shared-base');
  const base = await pushBase(setting);
  for (const service of services) {
    const steps = [`FROM ${base}`, 'COPY name /name', `COPY ${TINY} /service.txt`];
    writeAged(join(dir, service, 'name'), `${service}\n`);
    writeAged(join(dir, service, 'Dockerfile'), `${steps.join('\n')}\n`);
  }
  const lines = services.map((service) => `  ${service}:\n    build: ${service}\n`);
  writeAged(join(dir, 'compose.yaml'), `services:\n${lines.join('')}`);
  resetServices(dir);
  return dir;
}

/** Makes each service what it was first. */
export function resetServices(dir: string): void {
  for (const service of services) writeTiny(join(dir, service));
}

/** The reference of the base, in the registry. */
async function pushBase(setting: Setting): Promise<string> {
  const { testbed, builder } = setting;
  const reference = `${testbed.registry.address}/bench-shared-base-${builder.name}`;
  const flags = ['--push', '-t', reference];
  const build = { context: ensureContext('big'), host: testbed.classic.host, flags };
  await timeCommand(buildxBuild(setting, build), setting);
  return reference;
}
