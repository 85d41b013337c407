import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type EngineInfo, type ImageStore, startEngine } from '@warmdock/testkit';
import type { Side } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { type Command, timeCommand } from '../measure/time-command.js';
import type { ComposeProject } from './compose-commands.js';
import { changing } from './compose-projects.js';
import { writeTiny } from './contexts.js';
import { imageUnder, restoreTag } from './daemon.js';
import type { Setting } from './setting.js';

/** A command in a daemon that has nothing: each sample has a new daemon of its own. */
export function inEmptyDaemon(
  setting: Setting,
  store: ImageStore,
  commandFor: (host: string) => Command,
): Side {
  return {
    sample: async () => {
      await using engine = await startEngine({ store });
      await settle();
      return (await timeCommand(commandFor(engine.host), setting)).wallMs;
    },
  };
}

/** A command that builds the project after one service's tiny layer was rewritten, which no builder has seen. */
export async function withOneChanged(
  setting: Setting,
  engine: Pick<EngineInfo, 'host'>,
  project: ComposeProject,
  command: Command,
): Promise<Side> {
  const tag = imageOf(project, changing);
  const id = await imageUnder(engine, tag);
  return {
    sample: async () => {
      writeTiny(join(project.dir, changing), randomUUID());
      await settle();
      const { wallMs } = await timeCommand(command, setting);
      await restoreTag(engine, tag, id, { changed: true });
      return wallMs;
    },
  };
}

export function imageOf({ name }: ComposeProject, service: string): string {
  return `${name}-${service}:latest`;
}
