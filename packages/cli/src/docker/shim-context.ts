import type { CommandContext } from '../process/command-context.js';
import type { Launcher } from '../process/launcher.js';

/** What a build in docker's place has around it. */
export interface ShimContext extends CommandContext, Pick<Launcher, 'takeOver'> {}
