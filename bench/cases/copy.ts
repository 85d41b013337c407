import { startRegistry } from '@warmdock/testkit';
import { alternate } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { ensureContext } from '../sides/contexts.js';
import { copies, copyByCrane, pushBig, pushPart } from '../sides/registry-images.js';
import { type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** The big image from one registry to another one, which each sample has for itself. */
export async function copy(setting: Setting): Promise<Row[]> {
  ensureContext('big');
  const [whole, part] = [await pushBig(setting, 'copy'), await pushPart(setting)];
  const rowsFrom = async (name: string, before: string | undefined): Promise<Row[]> => {
    const side = (program: string) => ({
      sample: async () => {
        // Skopeo remembers for each registry where it has put a blob.
        await using other = await startRegistry();
        const to = `${other.address}/bench:big`;
        if (before) await copyByCrane(before, to);
        await settle();
        const command = copies(setting, whole, to)[program];
        if (!command) throw new Error(`nobody knows how ${program} copies`);
        return (await timeCommand(command, setting)).wallMs;
      },
    });
    const sides = { warmdock: side('warmdock'), crane: side('crane'), skopeo: side('skopeo') };
    const times = await alternate(sides, slowRounds(setting));
    const row = { case: name, store: 'registry', target: targets.copy, ours: times.warmdock };
    return [
      { ...row, against: 'crane copy', theirs: times.crane },
      { ...row, against: 'skopeo copy', theirs: times.skopeo },
    ];
  };
  return [
    ...(await rowsFrom('copy of 2 GB between registries', undefined)),
    ...(await rowsFrom('copy of 2 GB to a registry that has 20 of 42 layers', part)),
  ];
}
