import { buildFlags } from './build-flags.js';
import { readFlags } from './read-flags.js';
import { UsageError } from './usage-error.js';

/** A `warmdock build` command line, read but not yet interpreted. */
export interface BuildArguments {
  readonly context: string;
  readonly buildArgs: readonly string[];
  readonly builder: string | undefined;
  readonly compression: string | undefined;
  readonly file: string | undefined;
  readonly iidfile: string | undefined;
  readonly labels: readonly string[];
  readonly load: boolean;
  readonly metadataFile: string | undefined;
  readonly noCache: boolean;
  readonly noCacheFilter: readonly string[];
  readonly platforms: readonly string[];
  readonly progress: string;
  readonly pull: boolean;
  readonly quiet: boolean;
  readonly secrets: readonly string[];
  readonly tags: readonly string[];
  readonly target: string | undefined;
}

export const buildUsage = 'warmdock build [OPTIONS] PATH | URL';

/** Reads the words after `warmdock build`. Throws `UsageError`. */
export function parseBuildArguments(argv: readonly string[]): BuildArguments | 'help' {
  const { all, last, isOn, positionals } = readFlags(argv, buildFlags, usageHint);
  if (isOn('help')) return 'help';
  const [context] = positionals;
  if (context === undefined || positionals.length > 1) {
    throw new UsageError(
      `ERROR: warmdock: 'warmdock build' requires 1 argument\n\n${usageHint}`,
      1,
    );
  }
  return {
    context,
    buildArgs: all('build-arg'),
    builder: last('builder') || undefined,
    compression: last('compression') || undefined,
    file: last('file') || undefined,
    iidfile: last('iidfile') || undefined,
    labels: all('label'),
    load: isOn('load', true),
    metadataFile: last('metadata-file') || undefined,
    noCache: isOn('no-cache'),
    noCacheFilter: all('no-cache-filter'),
    platforms: all('platform'),
    progress: last('progress') ?? 'auto',
    pull: isOn('pull'),
    quiet: isOn('quiet'),
    secrets: all('secret'),
    tags: all('tag'),
    target: last('target') || undefined,
  };
}

const usageHint = `Usage:  ${buildUsage}\n\nRun 'warmdock build --help' for more information`;
