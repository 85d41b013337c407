import type { Exporter } from '../../buildkit/solve.js';
import type { BuildPlan } from './build-plan.js';

/**
 * An image that stays in the builder, named by nobody.
 *
 * Media types and compression are pinned because BuildKit changed its default in 0.31: the same
 * build must have the same digest on every builder.
 */
export function imageExporter(plan: BuildPlan): Exporter {
  return { type: 'image', attrs: imageAttrs(plan) };
}

/** What decides an image's digest, for any exporter that makes one. */
export function imageAttrs({ compression, imageAttrs }: BuildPlan): Record<string, string> {
  return { 'oci-mediatypes': 'true', compression, ...imageAttrs };
}

/** Whether the image comes with attestations. */
export function isAttested({ frontendAttrs }: BuildPlan): boolean {
  return Object.keys(frontendAttrs).some((key) => key.startsWith('attest:'));
}
