/*
 * What the options of calls of other packages are checked by.
 */

export * from './options/checks.js';
export { engine, wantedBuilder, wantedEngine } from './pipeline/checks/instances.js';
