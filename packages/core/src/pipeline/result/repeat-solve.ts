import type { RepeatableSolve } from './image-solve.js';

/**
 * The solve for the same image once more: every step is cached, also those that were told not to be.
 * Of the caches to write only an inline one counts again, as it is a part of the image.
 *
 * When the cache was pruned meanwhile, the builder builds again and the blobs may be others.
 */
export function repeatOf({ plan, builder, solve }: RepeatableSolve): RepeatableSolve {
  const { 'no-cache': _, ...frontendAttrs } = plan.frontendAttrs;
  const cacheExports = solve.services.cacheExports.filter(({ type }) => type === 'inline');
  const links = { ...solve.links, onResult: undefined };
  const repeated = { ...solve, links, services: { ...solve.services, cacheExports } };
  return { plan: { ...plan, frontendAttrs }, builder, solve: repeated };
}
