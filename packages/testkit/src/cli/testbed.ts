/** `pnpm testbed up|down|status|rootfs`: the engines of the integration tests, by hand. */
import { ensureRootfs, testbedDir, testbedDown, testbedUp } from '../testbed/index.js';
import { report } from './report.js';

const dir = testbedDir();
const say = (line: string) => console.error(line);

const commands: Record<string, () => Promise<number>> = {
  async up() {
    await testbedUp(dir, { ownership: 'detached', say });
    return report(dir);
  },
  async down() {
    await testbedDown(dir);
    return 0;
  },
  status: () => report(dir),
  async rootfs() {
    console.log(await ensureRootfs(say));
    return 0;
  },
};

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  console.error('usage: pnpm testbed up|down|status|rootfs');
  process.exit(2);
}
try {
  process.exit(await command());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
