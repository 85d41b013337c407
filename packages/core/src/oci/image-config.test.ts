import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.js';
import { parseImageConfig } from './image-config.js';

const bytes = (document: unknown) => Buffer.from(JSON.stringify(document));
const diffIds = [digestOf('a'), digestOf('b')];
const wire = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds } };

describe('parseImageConfig', () => {
  it('reads layers, platform and history', () => {
    const document = {
      ...wire,
      architecture: 'arm',
      variant: 'v7',
      created: '2026-01-02T03:04:05Z',
      config: { Cmd: ['/app'] },
      history: [
        { created_by: 'COPY . .', created: '2026-01-02T03:04:05Z' },
        { created_by: 'CMD /app', empty_layer: true, comment: 'buildkit.dockerfile.v0' },
      ],
    };
    expect(parseImageConfig(bytes(document))).toEqual({
      platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      diffIds,
      created: '2026-01-02T03:04:05Z',
      history: [
        { createdBy: 'COPY . .', created: '2026-01-02T03:04:05Z', emptyLayer: false },
        { createdBy: 'CMD /app', comment: 'buildkit.dockerfile.v0', emptyLayer: true },
      ],
    });
  });

  it('takes an image without layers or history', () => {
    const scratch = { ...wire, rootfs: { type: 'layers', diff_ids: null }, history: null };
    expect(parseImageConfig(bytes(scratch))).toMatchObject({ diffIds: [], history: [] });
  });

  it.each([
    ['no os', { ...wire, os: undefined }],
    ['an empty architecture', { ...wire, architecture: '' }],
    ['no rootfs', { ...wire, rootfs: undefined }],
    ['another kind of rootfs', { ...wire, rootfs: { type: 'base', diff_ids: [] } }],
    ['a diffID that is no digest', { ...wire, rootfs: { type: 'layers', diff_ids: ['abc'] } }],
  ])('refuses %s', (_, document) => {
    expect(() => parseImageConfig(bytes(document))).toThrow(
      expect.objectContaining({ code: 'PROTOCOL' }),
    );
  });
});
