/** `lock-forever.ts PATH`: holds a lock until it is killed; prints the id of a process that outlives it. */
import { spawn } from 'node:child_process';
import { lockFile } from '../../src/store/fs/file-lock.js';

const [path = ''] = process.argv.slice(2);
await lockFile(path, { operation: 'test' });
const { pid } = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
process.stdout.write(`${pid}\n`);
setInterval(() => {}, 2 ** 30);
