import type { BuildArguments } from '../../flags/build-arguments.js';

/** Where a build is to end by its flags: in the local daemon, wherever is usual, or elsewhere. */
export type RequestedOutput =
  | { readonly place: 'daemon' }
  | { readonly place: 'default' }
  | { readonly place: 'elsewhere'; readonly reason: string };

/** What the output flags of a build on a remote builder ask for. */
export function requestedOutput({ outputs, push, load }: BuildArguments): RequestedOutput {
  if (push) return elsewhere('the result is pushed to a registry');
  if (outputs.length > 0) {
    const isDocker = outputs.length === 1 && outputs[0] === 'type=docker';
    if (isDocker && load !== false) return { place: 'daemon' };
    return elsewhere(`buildx writes the output ${outputs.join(' ')}`);
  }
  if (load === undefined) return { place: 'default' };
  return load ? { place: 'daemon' } : elsewhere('--load=false asks for no image in the daemon');
}

function elsewhere(reason: string): RequestedOutput {
  return { place: 'elsewhere', reason };
}
