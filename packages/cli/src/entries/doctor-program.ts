import { parseDoctorArguments } from '../commands/doctor/doctor-arguments.js';
import type { Finding } from '../commands/doctor/finding.js';
import { runChecks } from '../commands/doctor/run-checks.js';
import type { CommandContext } from '../process/command-context.js';
import { version } from '../process/version.js';
import { writeFailure } from '../report/write-failure.js';

/** `warmdock doctor`: findings go to stdout. */
export async function run(
  argv: readonly string[],
  { stdout, stderr, env, signal }: CommandContext,
): Promise<number> {
  try {
    const args = parseDoctorArguments(argv);
    if (typeof args === 'string') {
      stdout.write(args);
      return 0;
    }
    const findings = await runChecks({ ...args, env, signal });
    const isFine = findings.every(({ level }) => level !== 'problem');
    stdout.write(args.json ? formatJson(findings, isFine) : formatFindings(findings));
    return isFine ? 0 : 1;
  } catch (error) {
    return writeFailure(error, stderr);
  }
}

function formatJson(findings: readonly Finding[], isFine: boolean): string {
  return `${JSON.stringify({ ok: isFine, warmdock: version, findings }, null, 2)}\n`;
}

function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  return findings
    .map((finding) => {
      const line = `${finding.level.padEnd(7)}  ${finding.about.padEnd(width)}  ${finding.text}\n`;
      return finding.level === 'ok' ? line : `${line}${' '.repeat(9)}fix: ${finding.fix}\n`;
    })
    .join('');
}
