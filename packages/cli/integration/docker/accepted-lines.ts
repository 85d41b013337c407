import { runCommand, useTestbed } from '@warmdock/testkit';
import { expect } from 'vitest';
import { parseBuildArguments } from '../../src/flags/build-arguments.js';
import { UsageError } from '../../src/flags/usage-error.js';

export function isAccepted(line: readonly string[]): boolean {
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

/** Those of the lines that one of buildx and warmdock accepts, and the other refuses. */
export async function differingLines(lines: readonly string[][]): Promise<string[]> {
  const batches = Array.from({ length: Math.ceil(lines.length / 50) }, (_, at) =>
    lines.slice(at * 50, at * 50 + 50),
  );
  const differing: string[] = [];
  const work = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const accepted = await acceptedByBuildx(batch);
      const isOther = (line: string[], at: number) => isAccepted(line) !== accepted[at];
      differing.push(...batch.filter(isOther).map((line) => JSON.stringify(line)));
    }
  };
  await Promise.all([work(), work(), work()]);
  return differing;
}
