/** Media types of the OCI image specification 1.1 and of Docker's image manifest version 2, schema 2. */
export const MediaType = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
} as const;

export type ContentKind = 'index' | 'manifest' | 'config' | 'layer' | 'other';
export type Compression = 'none' | 'gzip' | 'zstd';

const kinds: ReadonlyMap<string, ContentKind> = new Map([
  [MediaType.ociIndex, 'index'],
  [MediaType.dockerIndex, 'index'],
  [MediaType.ociManifest, 'manifest'],
  [MediaType.dockerManifest, 'manifest'],
  [MediaType.ociConfig, 'config'],
  [MediaType.dockerConfig, 'config'],
]);

/** Non-distributable and foreign layers differ from the others only in who may push them. */
const layer =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1|docker\.image\.rootfs\.(?:diff|foreign\.diff))\.tar(?:[+.](gzip|zstd))?$/;

/** What a blob of this media type is; `other` for types that are no part of an image. */
export function kindOf(mediaType: string): ContentKind {
  return kinds.get(mediaType) ?? (layer.test(mediaType) ? 'layer' : 'other');
}

/** How a layer is compressed, `undefined` when the media type is not that of a layer. */
export function compressionOf(mediaType: string): Compression | undefined {
  const match = layer.exec(mediaType);
  if (!match) return undefined;
  return (match[1] as Compression | undefined) ?? 'none';
}
