import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import type { Probe } from '../strategy.js';
import { probeGnuCp } from '../trees/probe-gnu-cp.js';
import { runProgram } from '../trees/run-program.js';

/** Mounts, in a mount namespace of its own, an overlay whose lower layer is a symbolic link. */
export async function probeLayerLinks(directory: string, options?: CallOptions): Promise<Probe> {
  const cp = await probeGnuCp(options);
  if (!cp.works) return cp;
  const folder = await mkdtemp(join(directory, '.probe-'));
  try {
    await makeLayer(folder);
    await mountOverlay(folder, options);
    return { works: true };
  } catch (error) {
    return { works: false, reason: messageOf(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeLayer(folder: string): Promise<void> {
  for (const name of ['layer', 'upper', 'work', 'merged']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'layer/file'), '');
  await symlink(join(folder, 'layer'), join(folder, 'lower'));
  await link(join(folder, 'layer/file'), join(folder, 'blob'));
}

async function mountOverlay(folder: string, options?: CallOptions): Promise<void> {
  const layers = 'lowerdir=lower,upperdir=upper,workdir=work';
  const script = `cd "$0" && mount -t overlay overlay -o ${layers} merged && test -e merged/file`;
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, folder];
  await runProgram(`mounting an overlay in ${folder}`, 'unshare', args, options);
}
