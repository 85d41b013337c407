import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';

/** What to put at a path: content, a symbolic link, or a program that runs without a C library. */
export type Node = string | Uint8Array | { readonly link: string } | { readonly busybox: true };

export const busybox = { busybox: true } as const;

/** A folder for one test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-it-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of these files for one test, such as a build context. */
export function contextOf(nodes: Readonly<Record<string, Node>>): string {
  const folder = temporaryFolder();
  for (const [path, node] of Object.entries(nodes)) putNode(join(folder, path), node);
  return folder;
}

/** Writes one file, making its folders. */
export function putNode(path: string, node: Node): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof node === 'string' || node instanceof Uint8Array) writeFileSync(path, node);
  else if ('link' in node) symlinkSync(node.link, path);
  else {
    copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), path);
    chmodSync(path, 0o755);
  }
}
