import { type ParsedFlags, parseFlags } from '../../flags/parse-flags.js';
import {
  composeBuildFlags,
  projectFlags,
  runFlags,
  upFlags,
} from '../../flags/tables/compose-flags.js';

/** Builds of a compose project that may be carried out here. */
export interface ComposeCall {
  /** What compose does with the images afterwards; `build` is all that there is to do. */
  readonly command: 'build' | 'up' | 'create' | 'run';
  /** Whether builds are asked for; else those alone are done that compose does by itself. */
  readonly asksForBuilds: boolean;
  /** Whether compose's words may get a `--no-build`. */
  readonly takesNoBuild: boolean;
  /** Compose's `--pull`, where builds are not asked for. */
  readonly pullPolicy: string | undefined;
  /** Compose's own flags in their long form, without those of the display. */
  readonly projectFlags: readonly string[];
  readonly services: readonly string[];
  readonly withDependencies: boolean;
  readonly buildArgs: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly ssh: string | undefined;
  readonly builder: string | undefined;
  readonly progress: string | undefined;
  readonly ansi: string | undefined;
  /** What is not shown: nothing of it all, the builds' steps, or also what became of the images. */
  readonly hides: 'nothing' | 'steps' | 'all';
  /** What compose says about its flags. */
  readonly notes: string;
  /** How many builds at a time, all for a number below 1; wins over the variable. */
  readonly parallel: number | undefined;
}

export type RoutedWords<T> = { readonly passThroughReason: string } | { readonly call: T };

type Values = ParsedFlags['values'];

/** Decides whether `compose WORDS...` builds what may be built here. Throws `FlagError`. */
export function routeCompose(words: readonly string[]): RoutedWords<ComposeCall> {
  const project = parseFlags(words, projectFlags, { stopAtWord: true });
  const [command, ...rest] = project.positionals;
  const passThroughReason = reasonInProjectFlags(project.values);
  if (passThroughReason !== undefined) return { passThroughReason };
  switch (command) {
    case 'build':
      return routeBuild(project.values, parseFlags(rest, composeBuildFlags));
    case 'up':
    case 'create':
      return routeUp(command, project.values, parseFlags(rest, upFlags));
    case 'run': {
      const run = parseFlags(rest, runFlags, { stopAtWord: true });
      const [service] = run.positionals;
      if (service === undefined) return { passThroughReason: 'compose is to say what is wrong' };
      return routeUp(command, project.values, { ...run, positionals: [service] });
    }
    default:
      return { passThroughReason: 'it is no build' };
  }
}

function reasonInProjectFlags(values: Values): string | undefined {
  if (isOn(values, 'help') || isOn(values, 'version')) return 'it asks for help';
  if (isOn(values, 'dry-run')) return '--dry-run builds nothing';
  return values.get('file')?.includes('-') ? 'the project comes from standard input' : undefined;
}

/** Flags of `compose build` that only compose carries out. */
const passThroughReasons: Readonly<Record<string, string>> = {
  check: '--check is a question that buildx answers',
  help: 'it asks for help',
  memory: 'compose says that --memory has no effect',
  print: '--print builds nothing',
  provenance: '--provenance is for all images at once',
  push: 'the images are pushed to registries',
  sbom: '--sbom is for all images at once',
};

const progressNote =
  '--progress is a global compose flag, better use `docker compose --progress xx build ...\n';

function routeBuild(
  project: Values,
  { values, positionals }: ParsedFlags,
): RoutedWords<ComposeCall> {
  const [found] = Object.keys(passThroughReasons).filter((name) => isGiven(values, name));
  if (found !== undefined) return { passThroughReason: passThroughReasons[found] ?? '' };
  const ssh = values.get('ssh')?.at(-1);
  return {
    call: {
      ...common('build', project),
      asksForBuilds: true,
      takesNoBuild: false,
      pullPolicy: undefined,
      services: positionals,
      withDependencies: isOn(values, 'with-dependencies'),
      buildArgs: values.get('build-arg') ?? [],
      noCache: isOn(values, 'no-cache'),
      pull: isOn(values, 'pull'),
      ssh: ssh === '' ? 'default' : ssh,
      builder: values.get('builder')?.at(-1) || undefined,
      progress: values.get('progress')?.at(-1) ?? project.get('progress')?.at(-1),
      hides: isOn(values, 'quiet') ? 'all' : 'nothing',
      notes: values.has('progress') && !ssh ? progressNote : '',
    },
  };
}

/** What `--pull` may say. */
const pullPolicies = new Set(['always', 'build', 'if_not_present', 'missing', 'never']);

/** Their builds, where all that they need is built before and nothing is pulled over it. */
function routeUp(
  command: 'up' | 'create' | 'run',
  project: Values,
  { values, positionals }: ParsedFlags,
): RoutedWords<ComposeCall> {
  const passThroughReason = reasonInUpFlags(values);
  if (passThroughReason !== undefined) return { passThroughReason };
  return {
    call: {
      ...common(command, project),
      asksForBuilds: isOn(values, 'build'),
      takesNoBuild: command !== 'run' && !isOn(values, 'watch'),
      pullPolicy: values.get('pull')?.at(-1),
      services: positionals,
      withDependencies: command !== 'create' && !isOn(values, 'no-deps'),
      buildArgs: [],
      noCache: false,
      pull: false,
      ssh: undefined,
      builder: undefined,
      progress: project.get('progress')?.at(-1),
      hides: hiddenBy(values),
      notes: '',
    },
  };
}

function reasonInUpFlags(values: Values): string | undefined {
  if (isOn(values, 'help')) return 'it asks for help';
  const policy = values.get('pull')?.at(-1);
  if (!isOn(values, 'build')) {
    if (isOn(values, 'no-build')) return 'it asks for no builds';
    const isKnown = policy === undefined || pullPolicies.has(policy);
    return isKnown ? undefined : `compose is to say what is wrong: --pull=${policy}`;
  }
  if (isOn(values, 'no-build')) return 'compose is to say what is wrong';
  if (isOn(values, 'watch')) return 'compose builds again while it watches';
  return policy === undefined ? undefined : '--pull would pull over what is built';
}

function hiddenBy(values: Values): ComposeCall['hides'] {
  if (isOn(values, 'quiet')) return 'all';
  return isOn(values, 'quiet-build') || isOn(values, 'quiet-pull') ? 'steps' : 'nothing';
}

function common(command: ComposeCall['command'], project: Values) {
  const parallel = project.get('parallel')?.at(-1);
  return {
    command,
    projectFlags: wordsOf(project),
    ansi: isOn(project, 'no-ansi') ? 'never' : project.get('ansi')?.at(-1),
    parallel: parallel === undefined ? undefined : Number(parallel),
  };
}

/** Of the display, which is ours. */
const ofDisplay = new Set(['ansi', 'progress']);

function wordsOf(values: Values): string[] {
  return [...values].flatMap(([name, each]) =>
    ofDisplay.has(name) ? [] : each.map((value) => `--${name}=${value}`),
  );
}

function isOn(values: Values, name: string): boolean {
  return values.get(name)?.at(-1) === 'true';
}

function isGiven(values: Values, name: string): boolean {
  const value = values.get(name)?.at(-1);
  return value !== undefined && value !== 'false' && value !== '';
}
