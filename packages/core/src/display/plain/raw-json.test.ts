import { MemoryOutput, parseLine, readRecording } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { RawJsonDisplay } from './raw-json.js';

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
        progressGroup: { id: 'g', name: '', weak: false },
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
    warnings: [
      {
        vertex: '',
        level: 0,
        short: Buffer.alloc(0),
        detail: [],
        url: '',
        info: { filename: '', data: Buffer.alloc(0), language: '' },
        ranges: [{ start: { line: 1, character: 0 }, end: undefined }],
      },
    ],
  });
  expect(output.text).toBe(
    '{"vertexes":[{"digest":"d","progressGroup":{"id":"g"}}],"statuses":[{"id":"","current":0,"timestamp":"1970-01-01T00:00:00Z"}],"warnings":[{"sourceInfo":{},"range":[{"start":{"line":1}}]}]}\n',
  );
});

test('groups of steps and places of warnings come out as buildx wrote them', () => {
  const output = new MemoryOutput();
  const group = { id: 'gr5otnw4', name: '[2/2] COPY --link one /two', weak: true };
  const short = 'FromAsCasing: casing does not match (line 1)';
  const line = JSON.stringify({
    vertexes: [{ digest: 'd', name: group.name, progressGroup: group }],
    warnings: [
      {
        vertex: 'v',
        level: 1,
        short: base64(short),
        detail: [base64('The casing should match')],
        url: 'https://docs.docker.com/go/dockerfile/rule/from-as-casing/',
        sourceInfo: {
          filename: 'Dockerfile',
          data: base64('FROM scratch as base\n'),
          language: 'Dockerfile',
        },
        range: [{ start: { line: 1 }, end: { line: 1, character: 20 } }],
      },
    ],
  });
  new RawJsonDisplay(output).update(parseLine(line));
  expect(output.text).toBe(`${line}\n`);
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

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
