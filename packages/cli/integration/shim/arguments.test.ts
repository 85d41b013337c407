import { runCommand, useTestbed } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { parseBuildArguments } from '../../src/arguments/build-arguments.js';
import { buildFlags } from '../../src/arguments/build-flags.js';
import { type Flag, parseFlags } from '../../src/arguments/parse-flags.js';
import { UsageError } from '../../src/arguments/usage-error.js';
import { randomly } from './randomly.js';

/** The flags of the buildx at hand: later ones, and ours, are none of its own. */
const later = new Set(['compression', 'policy', 'resource', 'help']);
const flags = buildFlags.filter(({ name }) => !later.has(name));

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
function flagOf(flag: Flag, random: Random): { words: string[]; name: string; value: string } {
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
function randomLine(seed: number): string[] {
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

function isAccepted(line: readonly string[]): boolean {
  try {
    parseBuildArguments(line);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

const refusals =
  /unknown (shorthand )?flag|flag needs an argument|invalid argument|bad flag syntax|requires 1 argument/;

/**
 * Which of the lines buildx takes: it goes on to look for the builder then, or to read the values.
 *
 * Nearly all of its time is its start, which is shorter without threads and collections of garbage;
 * and one shell starts it for all lines, since to enter its root filesystem takes as long again.
 */
async function acceptedByBuildx(lines: readonly string[][]): Promise<boolean[]> {
  const { prefix, buildx, configDir } = useTestbed().clients;
  const script = lines.map((line) => {
    const command = [buildx, 'build', '--builder', 'nobody', ...line].map(quote).join(' ');
    return `${command} 2>&1 && exit 1; printf '\\0'`;
  });
  const { exitCode, stdout } = await runCommand([...prefix, 'sh', '-c', script.join('\n')], {
    env: { HOME: '/proc/nonexistent', DOCKER_CONFIG: configDir, GOMAXPROCS: '1', GOGC: 'off' },
  });
  const answers = stdout.split('\0').slice(0, -1);
  expect({ exitCode, answers: answers.length }).toEqual({ exitCode: 0, answers: lines.length });
  return answers.map((answer) => !refusals.test(answer));
}

const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

test('10,000 command lines are accepted or refused, nothing else', () => {
  const accepted = Array.from({ length: 10_000 }, (_, seed) => isAccepted(randomLine(seed)));
  const share = accepted.filter(Boolean).length / accepted.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.9);
});

test('10,000 right command lines are read as they were meant', () => {
  for (let seed = 0; seed < 10_000; seed++) {
    const random = randomly(seed);
    const said = Array.from({ length: random.upTo(8) }, () => flagOf(random.pick(flags), random));
    const positional = random.pick(['.', '-', 'https://x/y.git', 'a b']);
    const words = said.map((each) => each.words);
    words.splice(random.upTo(words.length + 1), 0, [positional]);
    const { values, positionals } = parseFlags(words.flat(), buildFlags);
    expect({ line: words, positionals }).toEqual({ line: words, positionals: [positional] });
    for (const { name } of said) {
      const expected = said.filter((each) => each.name === name).map(({ value }) => value);
      expect({ line: words, [name]: values.get(name) }).toEqual({ line: words, [name]: expected });
    }
  }
});

const compared = Number(process.env.WARMDOCK_TEST_FUZZ ?? 3000);

test(`of ${compared} command lines buildx accepts and refuses the same ones`, async () => {
  const lines = Array.from({ length: compared }, (_, seed) => randomLine(seed));
  const batches = Array.from({ length: Math.ceil(compared / 50) }, () => lines.splice(0, 50));
  const differing: string[] = [];
  const work = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const accepted = await acceptedByBuildx(batch);
      const isOther = (line: string[], at: number) => isAccepted(line) !== accepted[at];
      differing.push(...batch.filter(isOther).map((line) => JSON.stringify(line)));
    }
  };
  await Promise.all([work(), work(), work()]);
  expect(differing).toEqual([]);
}, 600_000);
