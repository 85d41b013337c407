import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { benchDir } from '../measure/bench-dir.js';
import { services } from './compose-projects.js';
import { BIG_LAYERS, ensureContext, linkContext, TINY, writeAged, writeTiny } from './contexts.js';

/**
 * The folder of a compose project of 20 services that have all but their last layer in common, 2 GB;
 * made when missing, each `tiny.txt` as it was first.
 */
export function ensureSharedBase(): string {
  const dir = join(benchDir(), 'shared-base');
  if (!existsSync(dir)) {
    const partial = linkContext(ensureContext('big'), `shared-base.partial-${process.pid}`);
    mkdirSync(partial, { recursive: true });
    writeProject(partial);
    renameSync(partial, dir);
  }
  for (const service of services) writeTiny(join(dir, service));
  return dir;
}

function writeProject(dir: string): void {
  const layers = Array.from({ length: BIG_LAYERS }, (_, at) => `layer${`${at}`.padStart(2, '0')}`);
  const base = ['FROM scratch', ...layers.map((name) => `COPY ${name} /${name}`)];
  for (const service of services) {
    writeAged(join(dir, service, 'name'), `${service}\n`);
    const own = [`COPY ${service}/name /name`, `COPY ${service}/${TINY} /${TINY}`];
    writeAged(join(dir, service, 'Dockerfile'), `${[...base, ...own].join('\n')}\n`);
  }
  const lines = services.map(
    (service) => `  ${service}:\n    build: { context: ., dockerfile: ${service}/Dockerfile }\n`,
  );
  writeAged(join(dir, 'compose.yaml'), `services:\n${lines.join('')}`);
}
