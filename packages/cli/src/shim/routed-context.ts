import type { BuildContext } from '../build-command.js';
import type { Launcher } from './launcher.js';

/** What a build in docker's place has around it. */
export interface RoutedContext extends BuildContext, Pick<Launcher, 'takeOver'> {}
