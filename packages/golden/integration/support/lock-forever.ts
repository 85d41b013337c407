import { lockFile } from '../../src/store/file-lock.js';

const [path = ''] = process.argv.slice(2);
await lockFile(path, { operation: 'test' });
process.stdout.write('held\n');
setInterval(() => {}, 2 ** 30);
