import type { CallOptions } from '../content/content.js';
import { WarmdockError } from '../errors.js';
import { WireObject } from './answers/wire-object.js';
import type { EngineConnection } from './connection.js';
import { jsonOf, succeeded } from './http/call.js';

/** A container in the daemon's list. */
export interface ContainerSummary {
  readonly id: string;
  /** Without the slash that the daemon puts in front. */
  readonly names: readonly string[];
  /** As it was named when the container was made. */
  readonly image: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly state: string;
}

/** How one container is, and how its last run ended. */
export interface ContainerState {
  readonly id: string;
  /** As in `ContainerSummary`. */
  readonly state: string;
  /** Of its last run. */
  readonly exitCode: number;
  /** Whether the kernel ended it because its memory was used up. */
  readonly outOfMemory: boolean;
}

/** How a container is removed. */
export interface RemoveContainerOptions extends CallOptions {
  /** Kill it when it runs; default false. */
  readonly force?: boolean | undefined;
  /** Also remove its anonymous volumes; default false. */
  readonly volumes?: boolean | undefined;
}

/** All there are, whatever their state. */
export async function listContainers(
  connection: EngineConnection,
  options: CallOptions,
): Promise<ContainerSummary[]> {
  const path = '/containers/json?all=true';
  return parseContainerList(
    jsonOf(await connection.ask('GET', path, 'listing containers', options)),
  );
}

export async function inspectContainer(
  connection: EngineConnection,
  idOrName: string,
  options: CallOptions,
): Promise<ContainerState | undefined> {
  const operation = `inspecting container ${idOrName}`;
  const answer = await connection.askAtOnce(`${containerPath(idOrName)}/json`, operation, options);
  if (answer.status === 404) return undefined;
  const container = new WireObject(jsonOf(answer), `the Docker daemon's answer about ${idOrName}`);
  const state = container.object('State');
  return {
    id: container.text('Id'),
    state: state?.optionalText('Status') ?? '',
    exitCode: state?.optionalNumber('ExitCode') ?? 0,
    outOfMemory: state?.flag('OOMKilled') ?? false,
  };
}

export async function removeContainer(
  connection: EngineConnection,
  idOrName: string,
  { force = false, volumes = false, signal }: RemoveContainerOptions,
): Promise<boolean> {
  const path = `${containerPath(idOrName)}?force=${force}&v=${volumes}`;
  const operation = `removing container ${idOrName}`;
  return succeeded(await connection.ask('DELETE', path, operation, { signal }));
}

function parseContainerList(answer: unknown): ContainerSummary[] {
  if (!Array.isArray(answer))
    throw new WarmdockError('PROTOCOL', "the Docker daemon's list of containers is not a list");
  return answer.map((entry) => {
    const container = new WireObject(entry, "an entry of the Docker daemon's list of containers");
    return {
      id: container.text('Id'),
      names: container.texts('Names').map((name) => name.replace(/^\//, '')),
      image: container.optionalText('Image') ?? '',
      state: container.optionalText('State') ?? '',
    };
  });
}

/** Its path in the API. Docker's own rule for names; an id fits it, and nothing that leads out of the path. */
export function containerPath(idOrName: string): string {
  if (/^[a-zA-Z0-9][\w.-]*$/.test(idOrName)) return `/containers/${idOrName}`;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `neither a container's id nor its name: ${JSON.stringify(idOrName.slice(0, 160))}`,
  );
}
