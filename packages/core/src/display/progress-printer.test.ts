import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseLine, readRecording } from '@warmdock/testkit';
import { expect, it } from 'vitest';
import { WarmdockError } from '../errors.js';
import {
  type ProgressPrinter,
  type ProgressPrinterOptions,
  progressPrinter,
} from './progress-printer.js';

/** What is printed of a recorded build, or of its beginning. */
async function printed(
  options: ProgressPrinterOptions,
  finish: (printer: ProgressPrinter) => Promise<void>,
  lines = readRecording('cached'),
): Promise<string> {
  const stream = Object.assign(new PassThrough(), { isTTY: options.mode === 'tty' });
  const printer = progressPrinter({ stream, env: { TERM: 'xterm' }, ...options });
  for (const line of lines) printer({ type: 'solve', status: parseLine(line) });
  await finish(printer);
  stream.end();
  return text(stream);
}

it.each(['plain', 'auto'] as const)('prints lines with %s where nobody watches', async (mode) => {
  expect(await printed({ mode }, (printer) => printer.end())).toMatch(/^#\d+ .*CACHED$/m);
});

it('ends once, also when it is disposed of', async () => {
  const once = await printed({ mode: 'plain' }, (printer) => printer.end());
  const often = await printed({ mode: 'plain' }, async (printer) => {
    await printer.end();
    await printer[Symbol.asyncDispose]();
  });
  expect(often.length).toBe(once.length);
});

it('draws in place on a terminal', async () => {
  const said = await printed({ mode: 'tty' }, (printer) => printer.end());
  expect(said).toContain('[+] Building');
});

it('says of what ran when a build was cancelled that it was', async () => {
  const begun = readRecording('cached').find((line) => line.includes('"started"')) ?? '';
  const error = new WarmdockError('CANCELLED', 'build cancelled');
  const said = await printed({ mode: 'plain' }, (printer) => printer.fail(error), [begun]);
  expect(said).toContain('CANCELED');
});

it('refuses to draw where there is no terminal', async () => {
  const printer = progressPrinter({ mode: 'tty', stream: new PassThrough() });
  await expect(printer.end()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
