import { readFileSync } from 'node:fs';
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

/** The content with `text` between the markers of that name. Throws when it does not have them. */
export function betweenMarkers(content: string, name: string, text: string): string {
  const [head, foot] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [start, end] = [content.indexOf(head), content.indexOf(foot)];
  if (start === -1 || end < start) throw new Error(`the markers ${head} ${foot} are missing`);
  return `${content.slice(0, start + head.length)}\n\n${text}\n\n${content.slice(end)}`;
}
