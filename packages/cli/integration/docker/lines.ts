import {
  type CommandResult,
  imagesOf,
  removeImages,
  runCommand,
  useTestbed,
} from '@warmdock/testkit';
import { expect } from 'vitest';
import type { DockerAndShim, Side } from './docker-and-shim.js';

/** A command line that the real programs and the shim are both to run in a folder with builds of several images. */
export interface LineCase {
  /** The words of it, as a shell reads them. */
  readonly line: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the shim carries its builds out itself. */
  readonly ours: boolean;
  /** What the images are called that are there afterwards, behind the name of the test. */
  readonly images: readonly string[];
  /** Whether its images differ from those of any other build, or which are there is a matter of luck. */
  readonly isNew?: boolean;
  /** Whether what it prints to stdout is the same to the byte. */
  readonly prints?: boolean;
  /** Why it is passed through to docker. */
  readonly reason?: RegExp;
}

export const ours = (
  line: string,
  images: readonly string[],
  more: Partial<LineCase> = {},
): LineCase => ({ line, images, ours: true, ...more });

export const passedThrough = (
  line: string,
  images: readonly string[],
  reason: RegExp,
  more: Partial<LineCase> = {},
): LineCase => ({ line, images, ours: false, reason, ...more });

/** Where a line is run, with images that are called by `name`. */
export interface LinePlace {
  readonly sides: DockerAndShim;
  readonly name: string;
  readonly cwd: string;
  /** Default that of the classic store. */
  readonly host?: string;
}

/** What a line did, on an engine without such images. */
export interface LineOutcome extends CommandResult {
  /** IDs by name. */
  readonly images: Readonly<Record<string, string>>;
}

/** Runs the line on both sides, and holds that people and programs see the same of it. */
export async function expectSame(each: LineCase, place: LinePlace): Promise<void> {
  const real = await outcomeOf(each, 'real', place);
  const shim = await outcomeOf(each, 'shim', place);
  const shown = `${real.stdout}${real.stderr}\n--- shim:\n${shim.stdout}${shim.stderr}`;
  expect(shim.exitCode, shown).toBe(real.exitCode);
  expectSameImages(each, real, shim, shown);
  expect(comparable(shim.stderr), shown).toEqual(comparable(real.stderr));
  if (each.prints) expect(timeless(shim.stdout), shown).toBe(timeless(real.stdout));
  expectReason(each, shim.stderr);
}

function expectSameImages(each: LineCase, real: LineOutcome, shim: LineOutcome, shown: string) {
  // Which builds end before another one fails is a matter of luck.
  if (each.isNew && real.exitCode !== 0) return;
  const [theirs, ours] = [real, shim].map(({ images }) =>
    each.isNew ? Object.keys(images) : images,
  );
  expect(ours, shown).toEqual(theirs);
  expect(Object.keys(real.images), shown).toHaveLength(each.images.length);
}

function expectReason({ env, ours, reason = /./ }: LineCase, stderr: string): void {
  const said = stderr.split('\n').filter((line) => line.startsWith('warmdock: '));
  if (env?.WARMDOCK === 'off') expect(said).toEqual([]);
  else if (ours) expect(said).toEqual([expect.stringMatching(/^warmdock: building on/)]);
  else {
    const text = said.join('\n');
    expect(text).toMatch(/passed through to/);
    expect(text).toMatch(reason);
  }
}

export async function outcomeOf(
  { line, stdin, env }: Pick<LineCase, 'line' | 'stdin' | 'env'>,
  side: Side,
  { sides, name, cwd, host = useTestbed().classic.host }: LinePlace,
): Promise<LineOutcome> {
  await removeImages(host, name);
  const result = await runCommand(['/bin/sh', '-c', `exec ${line}`], {
    cwd,
    env: {
      ...sides.env,
      DOCKER_HOST: host,
      PATH: sides.paths[side],
      NAME: name,
      COMPOSE_PROJECT_NAME: name,
      REGISTRY: useTestbed().registry.address,
      WARMDOCK: 'explain',
      ...env,
    },
    ...(stdin !== undefined && { input: stdin }),
  });
  const images = await imagesOf(host, name);
  await removeImages(host, name);
  return { ...result, images };
}

/** Without how long steps took, which is shown for those that took some time, and what they were at meanwhile. */
const timeless = (stdout: string) =>
  stdout.replaceAll(/ \d+\.\ds\b/g, '').replaceAll(/^#\d+ reading from stdin [\d.]+k?B\n/gm, '');

/** What people read, without the steps and without what depends on time and luck. */
export function comparable(stderr: string): string[] {
  return (
    stderr
      .split('\n')
      .filter((line) => !/^(warmdock: |#\d+ )/.test(line))
      // Compose 2.26 says so at times, when it leaves a builder.
      .filter((line) => !line.includes(' http2: server connection error '))
      // A builder may collect the image while it is read; it then comes by another way, which is told.
      .filter((line) => !line.includes('; letting the builder send it instead'))
      // Compose doubles the ends of lines that come from buildx.
      .filter((line) => line.trim() !== '')
      .map((line) => line.replace(/time="[^"]*"/, 'TIME').replace(/sha256:[0-9a-f]+/g, 'DIGEST'))
      .map((line) => line.replace(/^\d+\.\d{3} /, 'TIME '))
      // Compose reports what bake said, or only that it ended: whichever comes first.
      .map((line) =>
        line.replace(/^(failed to (execute bake: |stat )|infinite loop from ).*/, 'BAKE FAILED'),
      )
      .sort()
  );
}
