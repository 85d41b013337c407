import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isStateFolder } from '../../data-root/state-folder.js';
import { ownPart, sharedPart } from './sealed-tree.js';

/** What makes a clone of a sealed tree; paths are relative to the clone. */
export interface ClonePlan {
  /** Folders to make, outer ones first. */
  readonly folders: Map<string, Stats>;
  /** Files to link: everything in the shared part but folders. */
  readonly links: string[];
  /** Small files of the own part to copy with content, mode and owner. */
  readonly files: Map<string, Stats>;
  /** Everything else of the own part, for cp, which keeps all metadata. */
  readonly rest: string[];
}

/** Longer files would block the event loop, and may be sparse. */
const maxFileBytes = 2 ** 20;

/** Reads the sealed tree. */
export function planClone(sealed: string): ClonePlan {
  const plan: ClonePlan = { folders: new Map(), links: [], files: new Map(), rest: [] };
  planShared(sharedPart(sealed), '', plan);
  planOwn(ownPart(sealed), '', plan);
  return plan;
}

function planShared(part: string, at: string, plan: ClonePlan): void {
  plan.folders.set(at, lstatSync(join(part, at)));
  for (const entry of readdirSync(join(part, at), { withFileTypes: true })) {
    const inner = join(at, entry.name);
    if (entry.isDirectory()) planShared(part, inner, plan);
    else plan.links.push(inner);
  }
}

function planOwn(part: string, at: string, plan: ClonePlan): void {
  const stat = lstatSync(join(part, at));
  if (!stat.isDirectory()) {
    if (isPlain(stat)) plan.files.set(at, stat);
    else plan.rest.push(at);
    return;
  }
  const names = readdirSync(join(part, at));
  if (at !== '' && !isStateFolder(at) && names.length > 0) {
    plan.rest.push(at);
    return;
  }
  if (!plan.folders.has(at)) plan.folders.set(at, stat);
  for (const name of names) planOwn(part, join(at, name), plan);
}

function isPlain(stat: Stats): boolean {
  return stat.isFile() && stat.nlink === 1 && stat.size <= maxFileBytes;
}
