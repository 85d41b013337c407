import {
  canBePulled,
  type Engine,
  formatPlatform,
  parsePlatform,
  parseReference,
  WarmdockError,
} from '@warmdock/core';
import type { BakeDefinition, BakeTarget } from '../targets/bake-definition.js';
import type { ServiceImage, ServiceImages } from './project-images.js';

/** The daemon that is to have the images, and what the command line says of them. */
export interface MissingImagesOptions {
  readonly engine: Engine;
  /** In the place of each service's own `pull_policy`, as `--pull` says. */
  readonly pullPolicy?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** What compose would build by itself before it makes containers. */
export interface MissingImages {
  readonly targets: readonly string[];
  /** A service whose image compose builds although it is there; `undefined` when there is none. */
  readonly rebuilt: string | undefined;
  /** All images that compose looks for by name; `undefined` where it looks at more than whether they are there. */
  readonly lookedFor: readonly string[] | undefined;
}

/**
 * Which targets of the group `default` compose's `up`, `create` or `run` builds: those whose image
 * the daemon lacks, or has for another platform, and those that are built each time.
 *
 * A service with a name for its image is pulled first, where its policy lets it: what the registry has
 * is left to compose. Throws `UNSUPPORTED` where that and a service that is built each time meet:
 * compose builds what it cannot pull, and may not build the other one again.
 */
export async function missingImages(
  definition: BakeDefinition,
  services: ServiceImages,
  options: MissingImagesOptions,
): Promise<MissingImages> {
  const wanted = definition.group?.default?.targets ?? [];
  const fates = await Promise.all(
    wanted.map(async (name) => {
      const target = definition.target[name] ?? {};
      return { name, target, fate: await fateOf(target, services, options) };
    }),
  );
  const having = (wantedFate: Fate) => fates.filter(({ fate }) => fate === wantedFate);
  const [rebuilt, pulled] = [having('rebuilt')[0], having('pulled')[0]];
  if (rebuilt && pulled) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `service ${serviceOf(rebuilt.target)} is built each time, and compose pulls that of service ${serviceOf(pulled.target)}`,
    );
  }
  const targets = fates.filter(({ fate }) => fate === 'built' || fate === 'rebuilt');
  const byName =
    !rebuilt && fates.every(({ target }) => !platformOf(services[serviceOf(target)], options));
  return {
    targets: targets.map(({ name }) => name),
    rebuilt: rebuilt && serviceOf(rebuilt.target),
    lookedFor: byName ? fates.map(({ target }) => imageOf(target)) : undefined,
  };
}

/** What compose does about an image: nothing, or pull it, or build it, or build it whether or not it is there. */
type Fate = 'kept' | 'pulled' | 'built' | 'rebuilt';

async function fateOf(
  target: BakeTarget,
  services: ServiceImages,
  options: MissingImagesOptions,
): Promise<Fate> {
  const { [serviceOf(target)]: service } = services;
  // Compose looks for images of services that get containers alone: one that is only a context of those is built.
  if (!service || policyOf(service, options) === 'build') return 'rebuilt';
  const image = imageOf(target);
  if (await isThere(image, service, options)) return 'kept';
  return (await isPulled(image, services, options)) ? 'pulled' : 'built';
}

/** By the label that compose gives all its images. */
export function serviceOf({ labels = {} }: BakeTarget): string {
  return labels['com.docker.compose.service'] ?? '';
}

/** The service's own name for it; those of its `tags` stand before. */
function imageOf({ tags = [] }: BakeTarget): string {
  return tags.at(-1) ?? '';
}

function policyOf(service: ServiceImage, { pullPolicy }: MissingImagesOptions): string {
  return pullPolicy ?? service.pull_policy ?? '';
}

async function isThere(
  image: string,
  service: ServiceImage,
  options: MissingImagesOptions,
): Promise<boolean> {
  const { engine, signal } = options;
  const wanted = platformOf(service, options);
  if (!wanted) return (await engine.resolveImage(parseReference(image), { signal })) !== undefined;
  const found = await engine.inspectImage(image, { signal });
  return found?.platform !== undefined && samePlatform(found.platform, parsePlatform(wanted));
}

/** Empty for any. */
function platformOf(service: ServiceImage | undefined, { env }: MissingImagesOptions): string {
  return service?.platform || env.DOCKER_DEFAULT_PLATFORM || '';
}

function samePlatform(...both: Parameters<typeof formatPlatform>[0][]): boolean {
  return new Set(both.map(formatPlatform)).size === 1;
}

/** Whether a service that is to run the image, be it this one or another, pulls it; one that cannot be pulled is built. */
async function isPulled(
  image: string,
  services: ServiceImages,
  options: MissingImagesOptions,
): Promise<boolean> {
  const pulling = Object.values(services).some(
    (service) => service.image === image && !notPulled.has(policyOf(service, options)),
  );
  return pulling && canBePulled(image, options.engine, options);
}

const notPulled = new Set(['build', 'never']);
