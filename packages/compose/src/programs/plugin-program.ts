import { WarmdockError } from '@warmdock/core';
import { findCliPlugin } from '@warmdock/core/internal';
import { type ProgramRun, type RunProgramOptions, runProgram } from './run-program.js';

/** Runs a plugin of docker with these words. */
export type PluginProgram = (words: readonly string[]) => Promise<ProgramRun>;

export interface PluginOptions extends RunProgramOptions {
  /** A program and its first arguments, in place of the plugin. */
  readonly program?: readonly string[] | undefined;
}

/**
 * The user's compose or buildx: docker's plugin called as such, which takes half the time, or else by way
 * of docker, which may know of other places.
 *
 * A call throws `NOT_FOUND` where docker has no such plugin, and what `runProgram` throws.
 */
export function pluginProgram(
  name: 'compose' | 'buildx',
  { program, ...options }: PluginOptions,
): PluginProgram {
  const plugin = program ? undefined : findCliPlugin(name, options.env);
  const called = program ?? (plugin && [plugin]);
  return called
    ? (words) => runProgram(called, words, options)
    : pluginThroughDocker(name, options);
}

/** The plugin as docker finds it; throws as `pluginProgram`. */
export function pluginThroughDocker(name: string, options: RunProgramOptions): PluginProgram {
  return async (words) => {
    const run = await runProgram(['docker', name], words, options);
    if (run.exitCode !== 0) await requirePlugin(name, options);
    return run;
  };
}

/** Docker says in words alone that it has no such command; a plugin reports its version whatever else is wrong. */
async function requirePlugin(name: string, options: RunProgramOptions): Promise<void> {
  const { exitCode } = await runProgram(['docker', name, 'version'], [], options);
  if (exitCode === 0) return;
  throw new WarmdockError('NOT_FOUND', `docker has no ${name}`, {
    hint: `install docker's plugin ${name}, or name its program`,
  });
}
