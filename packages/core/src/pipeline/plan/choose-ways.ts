import { WarmdockError } from '../../errors.js';
import { parseTransitRepository, type TransitRepository } from '../flags/transit-repository.js';
import type { LoadWay, SolvingWay } from './load-way.js';

/** How an image is to come into the daemon. */
export interface WayOptions {
  /**
   * Which way; default `WARMDOCK_VIA`, else `auto`: directly, and after a fault of the connection
   * through the `registry` if there is one, then as an archive. A failing build has no other way.
   */
  readonly via?: 'auto' | LoadWay | undefined;
  /**
   * The repository that images may travel through, `[http://]HOST/PATH`: builder and client have to
   * reach it by this name. Default `WARMDOCK_REGISTRY`, else none.
   */
  readonly registry?: string | undefined;
}

/** Ways in the order in which they are tried. */
export interface ChosenWays {
  readonly first: LoadWay;
  readonly others: readonly SolvingWay[];
  readonly repository?: TransitRepository | undefined;
}

export const viaValues = ['auto', 'direct', 'registry', 'archive'] as const;

/** The ways that the options and the environment want. Throws `INVALID_ARGUMENT`. */
export function chooseWays(options: WayOptions, env: NodeJS.ProcessEnv): ChosenWays {
  const wanted = options.via ?? (env.WARMDOCK_VIA || 'auto');
  const via = viaValues.find((each) => each === wanted);
  if (!via) throw unknownWay(wanted);
  const named = options.registry ?? (env.WARMDOCK_REGISTRY || undefined);
  const repository = named === undefined ? undefined : parseTransitRepository(named);
  if (via === 'registry' && !repository) throw noRegistry();
  if (via !== 'auto') return { first: via, others: [], repository };
  return {
    first: 'direct',
    others: repository ? ['registry', 'archive'] : ['archive'],
    repository,
  };
}

function unknownWay(wanted: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `images cannot be loaded via ${JSON.stringify(wanted.slice(0, 80))}`,
    { hint: `WARMDOCK_VIA and --via take ${viaValues.join(', ')}` },
  );
}

function noRegistry(): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    'images cannot be loaded via a registry: no repository is given',
    { hint: 'set WARMDOCK_REGISTRY to one, such as registry.example.com/team/app' },
  );
}
