import { testbedDir } from '../paths.js';
import { readTestbed } from '../state.js';
import { ensureRootfs } from './rootfs.js';

/** The rootfs of the testbed that is up, else the one in the cache folder, made when missing. */
export async function currentRootfs(): Promise<string> {
  return readTestbed(testbedDir())?.rootfs ?? ensureRootfs();
}
