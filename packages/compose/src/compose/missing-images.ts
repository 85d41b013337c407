import { type Engine, WarmdockError } from '@warmdock/core';
import { canBePulled } from '@warmdock/core/internal';
import { formatPlatform, parsePlatform, parseReference } from '@warmdock/core/oci';
import type { ProjectImages, ServiceImage } from './project-images.js';

/** The daemon that is to have the images, and what the command line says of them. */
export interface MissingImagesOptions {
  readonly engine: Engine;
  /** The services that compose may build, default all of the project. */
  readonly services?: readonly string[] | undefined;
  /** In the place of each service's own `pull_policy`, as `--pull` says. */
  readonly pullPolicy?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** What compose would build by itself before it makes containers. */
export interface MissingImages {
  readonly services: readonly string[];
  /** A service whose image compose builds although it is there; `undefined` when there is none. */
  readonly rebuilt: string | undefined;
  /** All images that compose looks for by name; `undefined` where it looks at more than whether they are there. */
  readonly lookedFor: readonly string[] | undefined;
}

/**
 * Which services compose's `up`, `create` or `run` builds: those whose image the daemon lacks, or has
 * for another platform, and those that are built each time.
 *
 * A service with a name for its image is pulled first, where its policy lets it: what the registry has
 * is passed through to compose. Throws `UNSUPPORTED` where that and a service that is built each time meet:
 * compose builds what it cannot pull, and may not build the other one again.
 */
export async function missingImages(
  project: ProjectImages,
  options: MissingImagesOptions,
): Promise<MissingImages> {
  const { services = Object.keys(project.services) } = options;
  const buildable = services.filter((name) => project.services[name]?.build);
  const fates = await Promise.all(buildable.map((name) => fateOf(name, project, options)));
  const having = (fate: Fate) => buildable.filter((_, at) => fates[at] === fate);
  const [rebuilt = contextWithoutContainer(project, buildable)] = having('rebuilt');
  const [pulled] = having('pulled');
  if (rebuilt !== undefined && pulled !== undefined) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `service ${rebuilt} is built each time, and compose pulls the image of service ${pulled}`,
    );
  }
  const isByName =
    rebuilt === undefined &&
    buildable.every((name) => !platformOf(project.services[name], options));
  return {
    services: [...having('built'), ...having('rebuilt')],
    rebuilt,
    lookedFor: isByName ? buildable.map((name) => imageOf(name, project)) : undefined,
  };
}

/** What compose does about an image: nothing, or pull it, or build it, or build it whether or not it is there. */
type Fate = 'kept' | 'pulled' | 'built' | 'rebuilt';

async function fateOf(
  name: string,
  project: ProjectImages,
  options: MissingImagesOptions,
): Promise<Fate> {
  const service = project.services[name] ?? {};
  if (policyOf(service, options) === 'build') return 'rebuilt';
  const image = imageOf(name, project);
  if (await isThere(image, service, options)) return 'kept';
  return (await isPulled(image, project, options)) ? 'pulled' : 'built';
}

/** A service that others begin with: compose looks for images of containers alone, and builds it each time. */
function contextWithoutContainer(
  { services }: ProjectImages,
  buildable: readonly string[],
): string | undefined {
  return buildable
    .flatMap((name) => Object.values(services[name]?.build?.additional_contexts ?? {}))
    .flatMap((source) => (source?.startsWith('service:') ? source.slice('service:'.length) : []))
    .find((name) => !services[name]);
}

function imageOf(name: string, project: ProjectImages): string {
  return project.services[name]?.image || `${project.name}-${name}`;
}

function policyOf(service: ServiceImage, { pullPolicy }: MissingImagesOptions): string {
  return pullPolicy ?? service.pull_policy ?? '';
}

/** Empty for any. */
function platformOf(service: ServiceImage | undefined, { env }: MissingImagesOptions): string {
  return service?.platform || env.DOCKER_DEFAULT_PLATFORM || '';
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

function samePlatform(...both: Parameters<typeof formatPlatform>[0][]): boolean {
  return new Set(both.map(formatPlatform)).size === 1;
}

/** Whether a service that is to run the image, be it this one or another, pulls it; one that cannot be pulled is built. */
async function isPulled(
  image: string,
  { services }: ProjectImages,
  options: MissingImagesOptions,
): Promise<boolean> {
  const pulling = Object.values(services).some(
    (service) => service.image === image && !notPulled.has(policyOf(service, options)),
  );
  return pulling && canBePulled(image, options.engine, options);
}

const notPulled = new Set(['build', 'never']);
