import { alternate, type Side } from '../measure/alternate.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { dockerVersion } from '../sides/commands.js';
import { quickRounds, type Setting } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** A sample takes some 50 ms, and the difference is a hundredth of it. */
const samplesPerRound = 10;

/** What the docker shim adds to a command that is no build. */
export async function shim(setting: Setting): Promise<Row[]> {
  const side = (program: 'docker' | 'shim'): Side => {
    const command = dockerVersion(setting, program);
    return { sample: async () => (await timeCommand(command, setting)).wallMs };
  };
  const { rounds, ...rest } = quickRounds(setting);
  const sides = { docker: side('docker'), shim: side('shim') };
  const times = await alternate(sides, { ...rest, rounds: rounds * samplesPerRound });
  return [
    {
      case: 'a command that is no build, through the shim',
      store: 'classic',
      against: 'docker version',
      target: targets.shim,
      ours: times.shim,
      theirs: times.docker,
    },
  ];
}
