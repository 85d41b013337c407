import { type ReadFlags, readFlags } from './read-flags.js';
import { buildFlags } from './tables/build-flags.js';
import { buildTable } from './tables/build-table.js';
import { UsageError } from './usage-error.js';

/** A build's command line, read but not yet interpreted; lists hold the values as they were written. */
export interface BuildArguments {
  readonly context: string;
  readonly addHosts: readonly string[];
  readonly allow: readonly string[];
  readonly annotations: readonly string[];
  readonly attestations: readonly string[];
  readonly buildArgs: readonly string[];
  readonly buildContexts: readonly string[];
  /** Empty where the command line says so: then `BUILDX_BUILDER` is not asked either. */
  readonly builder: string | undefined;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  /** `build` unless something else is to be done with the Dockerfile. */
  readonly call: string;
  readonly cgroupParent: string | undefined;
  readonly compression: string | undefined;
  readonly file: string | undefined;
  readonly iidfile: string | undefined;
  readonly labels: readonly string[];
  /** Undefined when nothing was said. */
  readonly load: boolean | undefined;
  readonly metadataFile: string | undefined;
  readonly network: string | undefined;
  readonly noCache: boolean;
  readonly noCacheFilter: readonly string[];
  readonly outputs: readonly string[];
  readonly platforms: readonly string[];
  readonly progress: string;
  readonly provenance: string | undefined;
  readonly pull: boolean;
  readonly push: boolean;
  readonly quiet: boolean;
  readonly registry: string | undefined;
  readonly sbom: string | undefined;
  readonly secrets: readonly string[];
  /** Of which the last one counts; docker refuses a wrong one wherever it stands. */
  readonly shmSizes: readonly string[];
  readonly ssh: readonly string[];
  readonly tags: readonly string[];
  readonly target: string | undefined;
  readonly ulimits: readonly string[];
  readonly via: string | undefined;
  /** The flags that are not carried out here, with the reasons. */
  readonly passThroughReasons: readonly string[];
}

/** Reads the words after `build`. Throws `UsageError`. */
export function parseBuildArguments(argv: readonly string[]): BuildArguments | 'help' {
  const { all, last, text, isOn, has, positionals } = readFlags(argv, buildFlags, usageHint());
  if (isOn('help')) return 'help';
  const [context] = positionals;
  if (context === undefined || positionals.length > 1) {
    throw new UsageError(
      `ERROR: warmdock: 'warmdock build' requires 1 argument\n\n${usageHint()}`,
      1,
    );
  }
  return {
    context,
    addHosts: all('add-host'),
    allow: all('allow'),
    annotations: all('annotation'),
    attestations: all('attest'),
    buildArgs: all('build-arg'),
    buildContexts: all('build-context'),
    builder: last('builder'),
    cacheFrom: all('cache-from'),
    cacheTo: all('cache-to'),
    // A later `--check=false` does not take it back.
    call: all('check').includes('true') ? 'check' : (text('call') ?? 'build'),
    cgroupParent: text('cgroup-parent'),
    compression: text('compression'),
    file: text('file'),
    iidfile: text('iidfile'),
    labels: all('label'),
    load: has('load') ? isOn('load') : undefined,
    metadataFile: text('metadata-file'),
    network: text('network'),
    noCache: isOn('no-cache'),
    noCacheFilter: all('no-cache-filter'),
    outputs: all('output'),
    platforms: all('platform'),
    progress: last('progress') ?? 'auto',
    provenance: text('provenance'),
    pull: isOn('pull'),
    push: isOn('push'),
    quiet: isOn('quiet'),
    registry: text('registry'),
    sbom: text('sbom'),
    secrets: all('secret'),
    shmSizes: all('shm-size'),
    ssh: all('ssh'),
    tags: all('tag'),
    target: text('target'),
    ulimits: all('ulimit'),
    via: text('via'),
    passThroughReasons: passThroughReasonsOf(has),
  };
}

function passThroughReasonsOf(has: ReadFlags['has']): string[] {
  return buildFlags.flatMap(({ name, passThroughReason }) =>
    passThroughReason !== undefined && has(name) ? [`--${name}: ${passThroughReason}`] : [],
  );
}

/** A function: what is computed at the top of a file stays in bundles that do not need it. */
function usageHint(): string {
  return `Usage:  warmdock build ${buildTable.takes}\n\nRun 'warmdock build --help' for more information`;
}
