import type { FrontendResult } from '../../buildkit/frontend-result.js';
import { WarmdockError } from '../../errors.js';

type Attrs = Readonly<Record<string, string>>;

/** A solve's attributes without the contexts that are results of other builds, and these by context. */
export interface LinkedTargets {
  readonly frontendAttrs: Attrs;
  readonly inputs: ReadonlyMap<string, FrontendResult> | undefined;
}

const context = 'context:';
const target = 'target:';

/** Puts results in the place of `target:NAME` contexts. Throws `INVALID_ARGUMENT` where one is missing. */
export function linkTargets(
  attrs: Attrs,
  results: ReadonlyMap<string, FrontendResult> | undefined,
): LinkedTargets {
  const all = Object.entries(attrs);
  const links = all.filter(([key, value]) => key.startsWith(context) && value.startsWith(target));
  if (links.length === 0) return { frontendAttrs: attrs, inputs: undefined };
  const inputs = links.map(([key, value]): [string, FrontendResult] => {
    const result = results?.get(value.slice(target.length));
    if (!result) throw missing(key.slice(context.length), value);
    return [key.slice(context.length), result];
  });
  const linked = new Set(links.map(([key]) => key));
  return {
    frontendAttrs: Object.fromEntries(all.filter(([key]) => !linked.has(key))),
    inputs: new Map(inputs),
  };
}

function missing(name: string, source: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot use build context ${name}=${source}: there is no result of that target`,
    { hint: 'build the target first and give its result, as runPlans of @warmdock/compose does' },
  );
}
