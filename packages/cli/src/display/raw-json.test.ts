import { expect, test } from 'vitest';
import { MemoryOutput } from '../testing/memory-output.js';
import { RawJsonDisplay } from './raw-json.js';
import { parseLine, readRecording } from './testing/recordings.js';

test.each(['parallel', 'cached', 'failed'] as const)(
  'the recorded %s build comes out as it went in',
  (name) => {
    const output = new MemoryOutput();
    const display = new RawJsonDisplay(output);
    const lines = readRecording(name);
    for (const line of lines) display.update(parseLine(line));
    display.end();
    expect(output.text.trimEnd().split('\n')).toEqual(lines);
  },
);

test('empty fields are left out, those of a status that Go always writes are not', () => {
  const output = new MemoryOutput();
  new RawJsonDisplay(output).update({
    vertexes: [
      {
        digest: 'd',
        inputs: [],
        name: '',
        cached: false,
        started: undefined,
        completed: undefined,
        error: '',
      },
    ],
    statuses: [
      {
        id: '',
        vertex: '',
        name: '',
        current: 0,
        total: 0,
        timestamp: undefined,
        started: undefined,
        completed: undefined,
      },
    ],
    logs: [],
    warnings: [],
  });
  expect(output.text).toBe(
    '{"vertexes":[{"digest":"d"}],"statuses":[{"id":"","current":0,"timestamp":"1970-01-01T00:00:00Z"}]}\n',
  );
});

test('bytes that are a view into a larger buffer are written alone', () => {
  const output = new MemoryOutput();
  const msg = new Uint8Array(Buffer.from('before inside after').buffer.slice(0)).subarray(0, 0);
  const view = Buffer.from('xxinsidexx').subarray(2, 8);
  new RawJsonDisplay(output).update({
    vertexes: [],
    statuses: [],
    logs: [
      { vertex: 'v', stream: 1, msg: view, timestamp: undefined },
      { vertex: 'v', stream: 1, msg, timestamp: undefined },
    ],
    warnings: [],
  });
  const { logs } = JSON.parse(output.text) as { logs: { data: string }[] };
  expect(logs.map(({ data }) => Buffer.from(data, 'base64').toString())).toEqual(['inside', '']);
});

test('a notice is a warning of no step', () => {
  const output = new MemoryOutput();
  new RawJsonDisplay(output).notice('all layers instead');
  expect(JSON.parse(output.text)).toEqual({
    warnings: [{ level: 1, short: Buffer.from('all layers instead').toString('base64') }],
  });
});
