import { runPlans, TargetError, type TargetSet } from '@warmdock/compose';
import type { DisplayMode, TextOutput } from '@warmdock/core/internal';
import { openDisplay, TargetsWatch, validateLocalInputs } from '@warmdock/core/internal';
import type { RemoteBuilder } from './choose-build.js';
import type { Connections } from './connections.js';

export interface TargetsBuild {
  readonly set: TargetSet;
  readonly builder: RemoteBuilder;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly mode: DisplayMode;
  /** Where the steps are shown. */
  readonly output: TextOutput;
  /** Whether the builder and the warnings are shown, as by buildx. */
  readonly showsBuilder: boolean;
  readonly maxParallel?: number | undefined;
  readonly connections: Connections;
}

/** Checks that what the builds read is there, before any of them begins. Throws what `validateLocalInputs` throws. */
export function checkTargets({ targets }: TargetSet): void {
  for (const { plan } of targets) validateLocalInputs(plan);
}

/** Runs the builds below one display, which is ended either way; throws what `runPlans` throws. */
export async function runTargets(build: TargetsBuild): Promise<void> {
  const { set, builder, env, signal, mode, output, showsBuilder, maxParallel, connections } = build;
  const display = await openDisplay(mode, output, env);
  const names = set.targets.map(({ name }) => name);
  const watch = new TargetsWatch(display, names);
  const warn = () => {
    if (showsBuilder && mode !== 'none' && mode !== 'rawjson')
      output.write(watch.warnings.format(output.isTerminal && !env.NO_COLOR));
  };
  if (showsBuilder) display.buildsOn(builder);
  connections.reportTo((progress) => watch.onBuilder(progress));
  try {
    const { buildkit, engine } = connections;
    await runPlans(
      set,
      {
        builder: buildkit,
        engine,
        maxParallel,
        onTargetProgress: (target, progress) => watch.onProgress(target, progress),
        onTargetDone: (target, outcome) => watch.onDone(target, outcome),
      },
      { env, signal },
    );
    watch.end();
    warn();
  } catch (error) {
    const { target, cause = error } = error instanceof TargetError ? error : {};
    watch.fail(cause, target);
    warn();
    throw error;
  }
}
