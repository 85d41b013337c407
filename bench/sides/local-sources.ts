import { runBuildx } from './commands.js';
import type { Setting } from './setting.js';

/** Ids of the copies of contexts that the builder keeps. */
export async function listLocalSources(setting: Setting): Promise<Set<string>> {
  const listed = await buildx(setting, 'du', '--filter', 'type=source.local', '--format', 'json');
  const lines = listed.split('\n').filter(Boolean);
  return new Set(lines.map((line): string => JSON.parse(line).ID));
}

/** Removes the copies that have come since `before`: half a gigabyte each, and of no use to anyone. */
export async function pruneLocalSources(
  setting: Setting,
  before: ReadonlySet<string>,
): Promise<void> {
  for (const id of await listLocalSources(setting)) {
    if (!before.has(id)) await buildx(setting, 'prune', '--force', '--filter', `id=${id}`);
  }
}

async function buildx(setting: Setting, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runBuildx(setting, args);
  if (exitCode !== 0) throw new Error(`buildx ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}
