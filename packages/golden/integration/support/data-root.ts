import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface TestLayer {
  readonly chainId: string;
  readonly cacheId: string;
  /** Where its files are. */
  readonly diff: string;
}

export interface AddLayerOptions {
  readonly parent?: TestLayer;
  /** Puts files into the layer's folder. */
  readonly fill?: (diff: string) => void;
}

/** Writes what dockerd's classic store keeps of one layer of an image. */
export function addLayer(dataRoot: string, { parent, fill }: AddLayerOptions = {}): TestLayer {
  const cacheId = randomBytes(32).toString('hex');
  const diffId = sha256(cacheId);
  const chainId = parent ? sha256(`sha256:${parent.chainId} sha256:${diffId}`) : diffId;
  const folder = join(dataRoot, 'overlay2', cacheId);
  const diff = join(folder, 'diff');
  makeFolder(join(dataRoot, 'overlay2'), 0o710);
  makeFolder(folder, 0o710);
  makeFolder(diff, 0o755);
  const link = randomBytes(13).toString('hex').toUpperCase();
  makeFolder(join(dataRoot, 'overlay2/l'), 0o710);
  symlinkSync(`../${cacheId}/diff`, join(dataRoot, 'overlay2/l', link));
  writeFileSync(join(folder, 'link'), link);
  if (parent) addParent(dataRoot, folder, parent);
  fill?.(diff);
  describeLayer(dataRoot, { chainId, cacheId, diff }, parent);
  return { chainId, cacheId, diff };
}

/** An image's configuration, so that there is something besides layers. */
export function addImage(dataRoot: string): void {
  const rootfs = { type: 'layers', diff_ids: [] };
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs });
  const folder = join(dataRoot, 'image/overlay2/imagedb/content/sha256');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, sha256(config)), config);
  writeFileSync(join(dataRoot, 'image/overlay2/repositories.json'), '{"Repositories":{}}');
  writeFileSync(join(dataRoot, 'engine-id'), 'an engine');
}

export function addVolume(dataRoot: string, name: string, text: string): string {
  const folder = join(dataRoot, 'volumes', name, '_data');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file'), text);
  return join(folder, 'file');
}

function addParent(dataRoot: string, folder: string, parent: TestLayer): void {
  const above = join(dataRoot, 'overlay2', parent.cacheId);
  const link = readFileSync(join(above, 'link'), 'utf8');
  const lower = existsSync(join(above, 'lower')) ? readFileSync(join(above, 'lower'), 'utf8') : '';
  writeFileSync(join(folder, 'lower'), [`l/${link}`, ...(lower ? [lower] : [])].join(':'));
  writeFileSync(join(above, 'committed'), '');
  makeFolder(join(folder, 'work'), 0o700);
}

function describeLayer(dataRoot: string, layer: TestLayer, parent?: TestLayer): void {
  const folder = join(dataRoot, 'image/overlay2/layerdb/sha256', layer.chainId);
  mkdirSync(folder, { recursive: true });
  const files = {
    'cache-id': layer.cacheId,
    diff: `sha256:${sha256(layer.cacheId)}`,
    size: '0',
    ...(parent && { parent: `sha256:${parent.chainId}` }),
    'tar-split.json.gz': randomBytes(100),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** Modes as dockerd makes them, whatever the umask. */
function makeFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
