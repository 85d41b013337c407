import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@warmdock/testkit';
import { benchDir } from '../measure/bench-dir.js';
import { TINY, writeAged, writeTiny } from './contexts.js';

const MB = 1_000_000;

export const services = Array.from(
  { length: 20 },
  (_, at) => `service${String(at).padStart(2, '0')}`,
);

/** The service whose tiny layer is rewritten where one of them has changed. */
export const changing = 'service07';

/** What one service's own layer holds, in megabytes. */
export type ServiceMegabytes = 7 | 100;

/** The folder of a compose project of 20 services, made when missing; every `tiny.txt` is as it was first. */
export function ensureProject(megabytes: ServiceMegabytes): string {
  const dir = join(benchDir(), `compose-${megabytes}`);
  if (!existsSync(dir)) {
    const partial = `${dir}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    writeProject(partial, megabytes);
    renameSync(partial, dir);
  }
  for (const service of services) writeTiny(join(dir, service));
  return dir;
}

/** Services that are started, as many as a usual project has. */
export const startedServices = services.slice(0, 6);

/**
 * The folder of a project whose services run, made when missing: images of a program, 200 MB that all
 * share, and 20 MB of each one's own.
 */
export function ensureStartedProject(busybox: string): string {
  const dir = join(benchDir(), 'compose-started');
  if (!existsSync(dir)) {
    const partial = `${dir}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    writeStartedProject(partial, busybox);
    renameSync(partial, dir);
  }
  return dir;
}

function writeStartedProject(dir: string, busybox: string): void {
  const program = readFileSync(busybox);
  const base = randomBytes('compose-started/base')(200 * MB);
  for (const service of startedServices) {
    const file = (name: string) => join(dir, service, name);
    writeAged(file('busybox'), program, 0o755);
    writeAged(file('base'), base);
    writeAged(file('data'), randomBytes(`compose-started/${service}`)(20 * MB));
    const steps = ['COPY busybox /bin/busybox', 'COPY base /base', 'COPY data /data'];
    writeAged(file('Dockerfile'), `${['FROM scratch', ...steps].join('\n')}\n`);
  }
  const keys = 'command: [/bin/busybox, sleep, "600"], network_mode: none';
  const lines = startedServices.map((service) => `  ${service}: { build: ${service}, ${keys} }\n`);
  writeAged(join(dir, 'compose.yaml'), `services:\n${lines.join('')}`);
}

/** A layer of each service's own that nothing shortens, and a tiny one on top. */
function writeProject(dir: string, megabytes: ServiceMegabytes): void {
  for (const service of services) {
    const next = randomBytes(`compose-${megabytes}/${service}`);
    writeAged(join(dir, service, 'data'), next(megabytes * MB));
    const steps = ['FROM scratch', 'COPY data /data', `COPY ${TINY} /${TINY}`];
    writeAged(join(dir, service, 'Dockerfile'), `${steps.join('\n')}\n`);
  }
  const lines = services.map((service) => `  ${service}:\n    build: ${service}\n`);
  writeAged(join(dir, 'compose.yaml'), `services:\n${lines.join('')}`);
}
