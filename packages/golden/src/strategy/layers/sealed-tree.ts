import { join } from 'node:path';

/** The part of a sealed tree of which clones have links. */
export const sharedPart = (tree: string): string => join(tree, 'shared');

/** The part of a sealed tree of which clones have copies. */
export const ownPart = (tree: string): string => join(tree, 'own');
