/**
 * `victim.ts ROOT WORDS STEP COUNT SIGNAL`: carries out an operation on a store, and kills itself, or
 * sends itself another signal, as soon as the step was done for the COUNT-th time; without a step it
 * works to its end.
 */
import { openStore } from '../../src/index.js';

const [root = '', words = '', fatalStep = '', count = '1', signal = 'SIGKILL'] =
  process.argv.slice(2);
const [operation, ...names] = words.split(' ');
let left = Number(count);

function onStep(step: string): void {
  process.stdout.write(`${step}\n`);
  if (step === fatalStep && --left === 0) process.kill(process.pid, signal);
}

const store = await openStore(root, { mustExist: true }, { onStep });
switch (operation) {
  case 'clone':
    await store.clone({ project: names[0] ?? '', session: names[1] ?? '' });
    break;
  case 'promote':
    await store.promote({ session: names[0] ?? '', proof: { buildId: 'victim', exitCode: 0 } });
    break;
  case 'release':
    await store.release({ session: names[0] ?? '' });
    break;
  case 'remove':
    await store.remove({ project: names[0] ?? '' });
    break;
  case 'gc':
    await store.gc({ keep: 0 });
    break;
  case 'recover':
    await store.recover();
    break;
  default:
    throw new Error(`no such operation: ${words}`);
}
