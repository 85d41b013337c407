import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Results that are checked in. */
export const resultFiles = {
  builds: repository('bench/results/latest.json'),
  golden: repository('bench/results/golden.json'),
  grpc: repository('bench/results/grpc.json'),
};

/** Documents that show them. */
export const documents = {
  readme: repository('README.md'),
  measurements: repository('docs/measurements.md'),
  plot: repository('docs/measurements.svg'),
  grpc: repository('docs/internals/grpc.md'),
};

export function readResults<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** Puts `text` between the markers of that name in the file. Throws when it does not have them. */
export function writeBetweenMarkers(path: string, name: string, text: string): void {
  const content = readFileSync(path, 'utf8');
  const [head, foot] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [start, end] = [content.indexOf(head), content.indexOf(foot)];
  if (start === -1 || end < start) throw new Error(`${path} lacks the markers ${head} ${foot}`);
  const [before, after] = [content.slice(0, start + head.length), content.slice(end)];
  writeFileSync(path, `${before}\n\n${text}\n\n${after}`);
}
