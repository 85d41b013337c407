import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { text as aText } from '../options/checks.js';

/** What an image runs on, in the fields of the OCI wire form. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** CPU variant such as `v7` of arm. */
  readonly variant?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
}

/** Names of architectures that differ from Go's: what uname, Debian and people call them. */
const aliases = new Map<string, { architecture: string; variant?: string }>([
  ['i386', { architecture: '386', variant: '' }],
  ['x86_64', { architecture: 'amd64' }],
  ['x86-64', { architecture: 'amd64' }],
  ['aarch64', { architecture: 'arm64' }],
  ['armhf', { architecture: 'arm', variant: 'v7' }],
  ['armel', { architecture: 'arm', variant: 'v6' }],
]);

/** By `ARCH/VARIANT`: the default variant is left out, except on arm, which writes it. */
const variantAliases = new Map([
  ['amd64/v1', ''],
  ['arm64/8', ''],
  ['arm64/v8', ''],
  ['arm64/v8.0', ''],
  ['arm64/9', 'v9'],
  ['arm64/9.0', 'v9'],
  ['arm64/v9.0', 'v9'],
  ['arm/', 'v7'],
  ['arm/5', 'v5'],
  ['arm/6', 'v6'],
  ['arm/7', 'v7'],
  ['arm/8', 'v8'],
]);

const nodeArchitectures = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
  ['ppc64', 'ppc64le'],
  ['mipsel', 'mipsle'],
]);
// Only for names that stand alone, where a typing error could not be told from the other half.
const operatingSystems = ['linux', 'windows', 'darwin', 'freebsd', 'netbsd', 'openbsd', 'solaris'];
const architectures =
  '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc64le riscv64 s390x wasm'.split(' ');
const partForm = /^[A-Za-z0-9_.-]+$/;

/** Linux on this process's architecture: what images are built for unless somebody says otherwise. */
export function defaultPlatform(nodeArchitecture: string = process.arch): Platform {
  return { os: 'linux', architecture: nodeArchitectures.get(nodeArchitecture) ?? nodeArchitecture };
}

/**
 * Parses `OS/ARCH[/VARIANT]`, or one half of it: the other half is that of `defaultPlatform`.
 *
 * The result is normalised, so `linux/aarch64` and `linux/arm64/v8` are the same. Throws `INVALID_ARGUMENT`.
 */
export function parsePlatform(text: string): Platform {
  checkArgument('parsePlatform', 'text', text, aText);
  const parts = text.split('/');
  const [first = '', second, third] = parts;
  if (parts.length > 3 || parts.some((part) => !partForm.test(part))) refuse(text);
  if (second !== undefined) {
    return normalizePlatform({ os: first, architecture: second, ...(third && { variant: third }) });
  }
  return completePlatform(first) ?? refuse(text);
}

function completePlatform(half: string): Platform | undefined {
  const { os, architecture } = defaultPlatform();
  if (operatingSystems.includes(operatingSystemOf(half)))
    return normalizePlatform({ os: half, architecture });
  const platform = normalizePlatform({ os, architecture: half });
  return architectures.includes(platform.architecture) ? platform : undefined;
}

/** The one spelling of a platform: Go's names in lower case, `arm` with its variant, others without their default one. */
export function normalizePlatform(platform: Platform): Platform {
  const written = platform.architecture.toLowerCase();
  const alias = aliases.get(written);
  const architecture = alias?.architecture ?? written;
  const given = alias?.variant ?? platform.variant?.toLowerCase() ?? '';
  const variant = variantAliases.get(`${architecture}/${given}`) ?? given;
  const { variant: _, ...others } = platform;
  return {
    ...others,
    os: operatingSystemOf(platform.os),
    architecture,
    ...(variant && { variant }),
  };
}

/** `linux/arm/v7`: normalised, without the version of the operating system. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform);
  return [os, architecture, variant].filter(Boolean).join('/');
}

function operatingSystemOf(os: string): string {
  const lower = os.toLowerCase();
  return lower === 'macos' ? 'darwin' : lower;
}

function refuse(text: string): never {
  const quoted = JSON.stringify(text.slice(0, 80));
  throw new WarmdockError('INVALID_ARGUMENT', `not a platform: ${quoted}`, {
    hint: 'Write it like linux/amd64 or linux/arm/v7.',
  });
}
