/** `make-data-root.ts TREE SIZE`: makes the data root of that size. */
import { makeSizedDataRoot, sizes } from './images.js';

const [tree = '', name] = process.argv.slice(2);
const size = sizes.find((candidate) => candidate.name === name);
if (size === undefined) throw new Error(`no such size: ${name}`);
await makeSizedDataRoot(tree, size);
