import { MemoryOutput, parseLine, readRecording } from '@warmdock/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LiveDisplay } from './live.js';

const controlStart = '\u001b';

test('a build that is over before the first frame is shown once, without moving the cursor', () => {
  vi.useFakeTimers({ now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  const output = new MemoryOutput({ isTerminal: true });
  const display = new LiveDisplay(output, { NO_COLOR: '1' });
  for (const line of readRecording('cached')) display.update(parseLine(line));
  display.notice('all layers instead');
  display.end();
  const lines = output.text.split('\n');
  expect(lines[0]).toBe('[+] Building 0.0s (11/11) FINISHED');
  expect(lines).toContainEqual(
    expect.stringMatching(/^ => CACHED \[base 1\/2\] COPY busybox .* 0\.0s$/),
  );
  expect(lines.at(-2)).toBe('NOTICE: all layers instead');
  expect(output.text).not.toContain(controlStart);
});

test('a longer one is redrawn in place, and what a failed step printed follows at the end', async () => {
  const output = new MemoryOutput({ isTerminal: true });
  const display = new LiveDisplay(output, {});
  for (const line of readRecording('failed')) display.update(parseLine(line));
  display.notice('drawn');
  await vi.waitFor(() => expect(output.text).toContain('drawn'));
  display.end();
  expect(output.text).toContain(`${controlStart}[2K`);
  expect(output.text).toMatch(
    / => ERROR \[3\/3\] RUN .*\n[\s\S]*------\n > \[3\/3\] RUN .*:\n\d\.\d+ line 1\n[\s\S]* line 12\n------\n$/,
  );
});

test('when the build is cancelled the running steps say so', () => {
  const output = new MemoryOutput({ isTerminal: true });
  const display = new LiveDisplay(output, { NO_COLOR: '1' });
  const started = readRecording('failed').map(parseLine).slice(0, 2);
  for (const status of started) display.update(status);
  display.cancel();
  display.end();
  expect(output.text).toMatch(/^ => CANCELED \[internal\] load build definition .*s$/m);
});

test('a build that never began leaves nothing', () => {
  const output = new MemoryOutput({ isTerminal: true });
  new LiveDisplay(output, {}).end();
  expect(output.text).toBe('');
});

test('the builder stands at the right of the title', () => {
  const output = new MemoryOutput({ isTerminal: true, columns: 60 });
  const display = new LiveDisplay(output, { NO_COLOR: '1' });
  display.buildsOn({ name: 'shared', driver: 'remote' });
  for (const line of readRecording('cached')) display.update(parseLine(line));
  display.end();
  const [title] = output.text.split('\n');
  expect(title).toMatch(/^\[\+\] Building 0\.\ds \(11\/11\) FINISHED +remote:shared$/);
  expect(title).toHaveLength(59);
});

test('a failed step has all of its output at the end', () => {
  const output = new MemoryOutput({ isTerminal: true });
  const display = new LiveDisplay(output, { NO_COLOR: '1' });
  const [first] = readRecording('failed').map(parseLine);
  const [vertex] = first?.vertexes ?? [];
  if (!vertex) throw new Error('the recording begins with no step');
  const started = { seconds: 1, nanos: 0 };
  const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`).join('');
  const nothing = { vertexes: [], statuses: [], logs: [], warnings: [] };
  display.update({ ...nothing, vertexes: [{ ...vertex, started, completed: undefined }] });
  const log = { vertex: vertex.digest, timestamp: started, stream: 1, msg: Buffer.from(lines) };
  display.update({ ...nothing, logs: [log] });
  const failed = { ...vertex, started, completed: started, error: 'exit code: 1' };
  display.update({ ...nothing, vertexes: [failed] });
  display.end();
  expect(output.text.match(/^0\.000 line \d+$/gm)).toHaveLength(5_000);
});
