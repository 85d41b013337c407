export * from './library.js';
export { useTestbed } from './testbed/use-testbed.js';
