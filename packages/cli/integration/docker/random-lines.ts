import { buildFlags } from '../../src/flags/tables/build-flags.js';
import type { Flag } from '../../src/flags/tables/flag.js';
import { randomly } from './randomly.js';

/** The flags of the buildx at hand: later ones, and ours, are none of its own. */
const later = new Set(['compression', 'registry', 'via', 'policy', 'resource', 'help']);
export const flags = buildFlags.filter(({ name }) => !later.has(name));

/** Values that a flag of this name takes; other flags take any word. */
const valuesOf = (name: string): readonly string[] => {
  if (name === 'shm-size' || name === 'memory' || name === 'memory-swap') return ['64m', '1g', '7'];
  if (name === 'ulimit') return ['nofile=1024', 'nproc=1:2'];
  if (/^cpu-(period|quota|shares)$/.test(name)) return ['1', '100'];
  return ['x', 'a=b', 'id=x,src=y', '--tag', '-t', '-', '--', '', 'true', 'ä ö', 'a\nb'];
};

const booleans = ['true', 'false', '1', '0', 't', 'F', 'TRUE', 'False'];

type Random = ReturnType<typeof randomly>;

/** A flag in one of its spellings, and what it says. */
export function flagOf(
  flag: Flag,
  random: Random,
): { words: string[]; name: string; value: string } {
  const { name, short, kind } = flag;
  if (kind !== 'boolean') {
    const value = random.pick(valuesOf(name));
    return { name, value, words: spelled(flag, value, random) };
  }
  if (short && random.chance(0.5)) return { name, value: 'true', words: [`-${short}`] };
  if (random.chance(0.5)) return { name, value: 'true', words: [`--${name}`] };
  const value = random.pick(booleans);
  return { name, value: String(/^[t1]/i.test(value)), words: [`--${name}=${value}`] };
}

function spelled({ name, short }: Flag, value: string, { pick, chance }: Random): string[] {
  if (!short || chance(0.5)) return chance(0.5) ? [`--${name}`, value] : [`--${name}=${value}`];
  if (value === '') return [`-${short}`, value];
  return pick([[`-${short}`, value], [`-${short}${value}`], [`-${short}=${value}`]]);
}

const mistakes = [
  '--unknown',
  '-Z',
  '--tag',
  '-t',
  '--=x',
  '---x',
  '--pull=maybe',
  '-q=x',
  '-qt',
  '--Tag=x',
];

/** Most lines are right, some have a word too many, too few or wrong. */
export function randomLine(seed: number): string[] {
  const random = randomly(seed);
  const { pick, chance, upTo } = random;
  const words = Array.from({ length: upTo(6) }, () => flagOf(pick(flags), random).words);
  const positionals = chance(0.85) ? 1 : upTo(3);
  for (let at = 0; at < positionals; at++) {
    words.splice(upTo(words.length + 1), 0, [pick(['.', '-', 'https://x/y.git', 'dir'])]);
  }
  if (chance(0.2)) words.splice(upTo(words.length + 1), 0, [pick(mistakes)]);
  if (chance(0.05)) words.splice(upTo(words.length + 1), 0, ['--']);
  return words.flat();
}
