/** `start-after-cut.ts ROOT`: prints what `useAfterCut` answers, as JSON. */
import { useAfterCut } from './after-cut.js';

const [root = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await useAfterCut(root)));
