export * from './bridge.js';
export * from './certificates.js';
export * from './engine.js';
export * from './info.js';
export * from './lifecycle.js';
export { cacheDir, testbedDir } from './paths.js';
export { ensureRootfs } from './rootfs.js';
export { readTestbed } from './state.js';
