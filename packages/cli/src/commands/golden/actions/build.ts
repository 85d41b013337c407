import { resolve } from 'node:path';
import { formatDuration, formatSize } from '@warmdock/core/internal';
import {
  type BuildStatus,
  dockerdLauncher,
  type GoldenBuild,
  runGoldenBuild,
} from '@warmdock/golden';
import type { ProgressLine } from '../../../report/progress-line.js';
import { formatTable } from '../../../report/table.js';
import type { CommandArguments } from '../../arguments/command-arguments.js';
import { scriptEnvironment, secretScriptEnvironment } from '../input/script-environment.js';
import { phaseText } from '../text/phase-text.js';
import { goldenCommand } from './command.js';

export const build = goldenCommand({
  makesStore: true,
  read(line) {
    const [project] = line.words('PROJECT');
    return {
      project,
      script: scriptOf(line),
      env: line.all('env'),
      secretEnv: entriesOf(line, 'secret-env', /^[^=]+(=.+)?$/s),
      secretFile: entriesOf(line, 'secret-file', /^[^=]+=.+$/s),
      dockerd: line.all('dockerd'),
      imageStore: choiceOf(line, 'image-store', ['classic', 'containerd']),
      containerd: choiceOf(line, 'containerd', ['dockerd', 'external']),
      timeoutMs: line.durationMs('timeout'),
    };
  },
  async run(args, { store, env, signal, progress }) {
    const { project, dockerd, imageStore, containerd, timeoutMs } = args;
    const secretEnv = secretScriptEnvironment(args.secretEnv, args.secretFile, env);
    const built = await runGoldenBuild(
      {
        store,
        project,
        script: { ...args.script, env: scriptEnvironment(args.env, env), secretEnv },
        daemon: dockerdLauncher({ args: dockerd, imageStore, containerd }),
        timeoutMs,
      },
      { signal, onState: phaseReporter(progress) },
    );
    return { json: built, text: formatBuild(built) };
  },
});

function scriptOf(line: CommandArguments) {
  const file = line.text('script');
  const [path, ...args] = line.program ?? [];
  if ((file === undefined) === (path === undefined)) {
    throw line.refusal('requires either --script FILE or -- COMMAND');
  }
  return file === undefined ? { path: path as string, args } : { path: resolve(file), args: [] };
}

function entriesOf(line: CommandArguments, name: string, form: RegExp): readonly string[] {
  const entries = line.all(name);
  const bad = entries.find((entry) => !form.test(entry));
  if (bad === undefined) return entries;
  throw line.refusal(`takes no --${name} ${JSON.stringify(bad)}`);
}

function choiceOf<Choice extends string>(
  line: CommandArguments,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = line.text(name);
  const choice = choices.find((each) => each === text);
  if (text === choice) return choice;
  throw line.refusal(`takes no --${name} ${JSON.stringify(text)}: ${choices.join(', ')}`);
}

/** Says each phase of a build once. */
export function phaseReporter(progress: ProgressLine): (status: BuildStatus) => void {
  let last: BuildStatus['phase'];
  return (status) => {
    if (status.phase === undefined || status.phase === last) return;
    last = status.phase;
    progress.phase(phaseText(status));
  };
}

export function formatBuild(built: GoldenBuild): string {
  const { project, generation, sizeBytes, addedBytes, images, buildId, logPath } = built;
  return formatTable([
    ['golden', `generation ${generation} of ${project}`],
    ['size', `${formatSize(sizeBytes)}, of which ${formatSize(addedBytes)} new`],
    ...images.map((image) => ['image', image]),
    ['build', buildId],
    ['log', logPath],
    ['promotion', `took ${formatDuration(built.timings.totalMs)}`],
  ]);
}
