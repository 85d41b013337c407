export * from './library.js';
export { putFiles } from './testbed/put-files.js';
export { useTestbed } from './testbed/use-testbed.js';
