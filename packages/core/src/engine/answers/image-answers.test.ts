import { describe, expect, it } from 'vitest';
import { digestOf } from '../../oci/digest.js';
import { parseInfo } from '../info.js';
import { parseHistoryId, parseImageList, parseInspect } from './image-answers.js';

const id = digestOf('image');
const layers = [digestOf('a'), digestOf('b')];
const inspect = {
  Id: id,
  RepoTags: ['app:latest'],
  RepoDigests: [],
  Architecture: 'amd64',
  Os: 'linux',
  Size: 123,
  RootFS: { Type: 'layers', Layers: layers },
};
const protocol = expect.objectContaining({ code: 'PROTOCOL' });

describe('parseInspect', () => {
  it('reads an answer of the classic store', () => {
    expect(parseInspect(inspect)).toEqual({
      id,
      tags: ['app:latest'],
      diffIds: layers,
      platform: { os: 'linux', architecture: 'amd64' },
      sizeBytes: 123,
    });
  });

  it('reads the descriptor that the containerd store tells', () => {
    const descriptor = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: id,
      size: 856,
    };
    expect(parseInspect({ ...inspect, Descriptor: descriptor }).descriptor).toEqual(descriptor);
  });

  it('takes an image that is there for other platforms only, and without a name', () => {
    const elsewhere = { Id: id, RepoTags: null, Architecture: '', Os: '', RootFS: {} };
    expect(parseInspect(elsewhere)).toEqual({ id, tags: [], diffIds: [], sizeBytes: 0 });
  });

  it('normalises the platform', () => {
    expect(parseInspect({ ...inspect, Architecture: 'arm', Variant: 'v7' }).platform).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
  });

  it.each([
    ['no object', []],
    ['no id', { ...inspect, Id: undefined }],
    ['an id that is no digest', { ...inspect, Id: 'abc' }],
    ['a layer that is no digest', { ...inspect, RootFS: { Layers: ['abc'] } }],
    ['tags of another type', { ...inspect, RepoTags: [7] }],
    ['a size of another type', { ...inspect, Size: '1' }],
  ])('refuses %s', (_, answer) => {
    expect(() => parseInspect(answer)).toThrow(protocol);
  });
});

describe('parseImageList', () => {
  it('reads ids and names; an untagged image has none', () => {
    const answer = [
      { Id: id, RepoTags: ['app:latest', 'app:1'], Created: 7 },
      { Id: layers[0], RepoTags: ['<none>:<none>'], Created: 8 },
      { Id: layers[1], RepoTags: null },
    ];
    expect(parseImageList(answer)).toEqual([
      { id, tags: ['app:latest', 'app:1'], createdUnix: 7 },
      { id: layers[0], tags: [], createdUnix: 8 },
      { id: layers[1], tags: [], createdUnix: 0 },
    ]);
  });

  it.each([[{}], [null], [[7]], [[{ Id: 'x' }]]])('refuses %j', (answer) => {
    expect(() => parseImageList(answer)).toThrow(protocol);
  });
});

describe('parseHistoryId', () => {
  it.each([
    ['the newest entry', [{ Id: id }, { Id: '<missing>' }], id],
    ['nothing when there is no history', [], undefined],
    ['nothing when the newest entry has no id', [{ Id: '<missing>' }, { Id: id }], undefined],
  ])('takes %s', (_, answer, expected) => {
    expect(parseHistoryId(answer)).toBe(expected);
  });
});

describe('parseInfo', () => {
  const info = {
    ID: 'b5c22ac7',
    ServerVersion: '28.5.2',
    Driver: 'overlay2',
    DriverStatus: [['Backing Filesystem', 'extfs']],
    OSType: 'linux',
    Architecture: 'x86_64',
    Name: 'here',
    KernelVersion: '6.18.0',
    MemTotal: 25_000_000_000,
  };

  it('reads what the daemon is', () => {
    expect(parseInfo(info)).toEqual({
      store: 'classic',
      id: 'b5c22ac7',
      serverVersion: '28.5.2',
      platform: { os: 'linux', architecture: 'amd64' },
      driver: 'overlay2',
      machine: { name: 'here', kernelVersion: '6.18.0', memoryBytes: 25_000_000_000 },
    });
  });

  it.each([
    ['containerd', [['driver-type', 'io.containerd.snapshotter.v1']]],
    ['classic', [['driver-type', 'something else']]],
    ['classic', []],
    ['classic', null],
    ['classic', [null, 'x', []]],
  ])('finds the %s store in %j', (store, status) => {
    expect(parseInfo({ ...info, DriverStatus: status }).store).toBe(store);
  });

  it('refuses an answer without a platform', () => {
    expect(() => parseInfo({ ...info, OSType: undefined })).toThrow(protocol);
  });
});
