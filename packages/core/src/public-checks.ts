/*
 * What the options of calls of other packages are checked by.
 */

export { engine, wantedBuilder, wantedEngine } from './build/option-checks.js';
export * from './options/checks.js';
