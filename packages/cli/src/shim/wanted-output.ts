import type { BuildArguments } from '../arguments/build-arguments.js';

/** Whether a build is to end in the local daemon, and if not, where it ends. */
export type WantedOutput =
  | { readonly load: true }
  | { readonly load: false; readonly reason: string };

/**
 * What the output flags of a build on a remote builder ask for.
 *
 * `docker build` without any has always meant an image in the daemon. `docker buildx build` leaves its
 * result in the builder then, and says so.
 */
export function wantsLoad(args: BuildArguments, isBuildx: boolean): WantedOutput {
  const { outputs, push, load } = args;
  if (push) return { load: false, reason: 'the result is pushed to a registry' };
  if (outputs.length > 0) {
    const isDocker = outputs.length === 1 && outputs[0] === 'type=docker';
    if (isDocker && load !== false) return { load: true };
    return { load: false, reason: `buildx writes the output ${outputs.join(' ')}` };
  }
  if (load) return { load: true };
  if (load === undefined && !isBuildx) return { load: true };
  return { load: false, reason: 'without --load the result stays in the builder' };
}
