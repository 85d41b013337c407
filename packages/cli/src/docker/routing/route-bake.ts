import { parseFlags } from '../../flags/parse-flags.js';
import { bakeFlags } from '../../flags/tables/bake-flags.js';
import type { RoutedWords } from './route-compose.js';

/** Builds of bake files that may be carried out here. */
export interface BakeCall {
  readonly files: readonly string[];
  readonly targets: readonly string[];
  readonly set: readonly string[];
  readonly load: boolean;
  readonly noCache: boolean | undefined;
  readonly pull: boolean | undefined;
  readonly provenance: string | undefined;
  readonly sbom: string | undefined;
  readonly allow: readonly string[];
  readonly builder: string | undefined;
  readonly progress: string | undefined;
}

/** Flags that only buildx carries out. */
const passThroughReasons: Readonly<Record<string, string>> = {
  call: '--call is a question that buildx answers',
  check: '--check is a question that buildx answers',
  debug: '--debug is for buildx',
  help: 'it asks for help',
  list: '--list builds nothing',
  'metadata-file': 'buildx writes the metadata of several targets',
  print: '--print builds nothing',
  push: 'the results are pushed to registries',
  var: '--var is one of a later bake',
};

/** Decides whether `buildx bake WORDS...` builds what may be built here. Throws `FlagError`. */
export function routeBake(words: readonly string[]): RoutedWords<BakeCall> {
  const { values, positionals: targets } = parseFlags(words, bakeFlags);
  const last = (name: string) => values.get(name)?.at(-1);
  const boolean = (name: string) => (values.has(name) ? last(name) === 'true' : undefined);
  const isBuild = (name: string) => name === 'call' && last(name) === 'build';
  const found = Object.keys(passThroughReasons).find(
    (name) => values.has(name) && last(name) !== 'false' && !isBuild(name),
  );
  if (found !== undefined) return { passThroughReason: passThroughReasons[found] ?? '' };
  const files = values.get('file') ?? [];
  if (files.includes('-')) return { passThroughReason: 'the bake file comes from standard input' };
  // A file, or a git repository that the builder fetches.
  if ([...files, ...targets].some((word) => /:\/\/|^git@|^github\.com\//.test(word)))
    return { passThroughReason: 'the bake file is elsewhere' };
  return {
    call: {
      files,
      targets,
      set: values.get('set') ?? [],
      load: boolean('load') ?? false,
      noCache: boolean('no-cache'),
      pull: boolean('pull'),
      provenance: last('provenance'),
      sbom: last('sbom'),
      allow: values.get('allow') ?? [],
      builder: last('builder'),
      progress: last('progress'),
    },
  };
}
