import { readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { overlayFolder } from './tree.js';
import { treeStat, treeText } from './tree-files.js';

/**
 * Folders of the overlay2 driver: `ID/diff` is a layer's content, `ID/link` its short name, under
 * which `l/NAME` leads to `../ID/diff`; `ID/lower` has the short names of all layers below it.
 */
export class OverlayFolders {
  readonly #tree: string;
  /** Every layer is looked up by all that are above it. */
  readonly #targets = new Map<string, string | undefined>();
  readonly #contents = new Map<string, boolean>();

  constructor(tree: string) {
    this.#tree = tree;
  }

  /** Is there a folder at `diff`, be it through a link? */
  hasContent(id: string): boolean {
    return memo(this.#contents, id, () => {
      const at = `${overlayFolder}/${id}/diff`;
      if (treeStat(this.#tree, at) === undefined) return false;
      const stat = statSync(join(this.#tree, at), { throwIfNoEntry: false });
      return stat?.isDirectory() === true;
    });
  }

  /** The short name of a layer. */
  linkOf(id: string): string | undefined {
    return shortName(treeText(this.#tree, `${overlayFolder}/${id}/link`));
  }

  /** The id that a short name stands for. */
  target(name: string): string | undefined {
    return memo(this.#targets, name, () => {
      const at = `${overlayFolder}/l/${name}`;
      if (!treeStat(this.#tree, at)?.isSymbolicLink()) return undefined;
      return /^\.\.\/([^/]+)\/diff$/.exec(readlinkSync(join(this.#tree, at)))?.[1];
    });
  }

  /** Short names of the layers below, the nearest first; names that can be none are ''. */
  lowersOf(id: string): string[] {
    const lower = treeText(this.#tree, `${overlayFolder}/${id}/lower`);
    if (lower === undefined) return [];
    return lower.split(':').map((path) => shortName(/^l\/(.*)$/.exec(path)?.[1]) ?? '');
  }
}

function shortName(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9A-Z]+$/.test(text) ? text : undefined;
}

function memo<T>(known: Map<string, T>, key: string, find: () => T): T {
  if (!known.has(key)) known.set(key, find());
  return known.get(key) as T;
}
