import type { BuildContext } from '../commands/build/build-command.js';
import type { Launcher } from '../process/launcher.js';

/** What a build in docker's place has around it. */
export interface RoutedContext extends BuildContext, Pick<Launcher, 'takeOver'> {}
