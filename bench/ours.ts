import { readFileSync, rmSync } from 'node:fs';
import type { LoadOutcome, LoadResult } from '@warmdock/core';
import { type BuildCommand, metadataPath, warmdockBuild } from './commands.js';
import { type Timed, timeCommand } from './measure.js';
import type { Setting } from './setting.js';

export interface OurBuild extends BuildCommand {
  tag: string;
  /** The only outcomes that make it a valid measurement; default any. */
  expected?: readonly LoadOutcome[];
  memory?: boolean;
}

/** Times `warmdock build`. Throws when it did something else than the case is about. */
export async function timeWarmdock(setting: Setting, build: OurBuild): Promise<Timed> {
  rmSync(metadataPath(), { force: true });
  const { memory = false, expected } = build;
  const timed = await timeCommand(warmdockBuild(setting, build), {
    signal: setting.signal,
    memory,
  });
  const load: Pick<LoadResult, 'outcome' | 'layersSent' | 'layersTotal'> = JSON.parse(
    readFileSync(metadataPath(), 'utf8'),
  )['warmdock.load'];
  if (expected && !expected.includes(load.outcome)) {
    throw new Error(
      `warmdock build of ${build.context}: expected ${expected.join(' or ')}, got ${load.outcome} (${load.layersSent} of ${load.layersTotal} layers sent)`,
    );
  }
  return timed;
}
