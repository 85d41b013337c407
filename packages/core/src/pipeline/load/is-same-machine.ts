import { existsSync } from 'node:fs';
import { hostname, release, totalmem } from 'node:os';
import type { EngineInfo } from '../../engine/info.js';

/**
 * Whether a daemon runs on this machine, by what both say of it.
 *
 * The way there does not tell: a unix socket may be the end of a tunnel. Machines of one kind have
 * kernel and memory in common, but not the name; a container has a name of its own.
 */
export function isSameMachine({ machine }: EngineInfo): boolean {
  const isSameKernel = machine.kernelVersion === release() && machine.memoryBytes === totalmem();
  return isSameKernel && (machine.name === hostname() || isInContainer());
}

function isInContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}
