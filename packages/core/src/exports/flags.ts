/* `@warmdock/core/flags`: values of buildx's flags, and what they mean as options. */

export { type HostAddresses, parseAddHost } from '../pipeline/flags/add-host.js';
export {
  type Annotation,
  type AnnotationLevel,
  parseAnnotation,
} from '../pipeline/flags/annotation.js';
export { type Attestation, parseAttestation } from '../pipeline/flags/attestation.js';
export { type BuildContext, parseBuildContext } from '../pipeline/flags/build-context.js';
export { type CacheOption, parseCacheOption } from '../pipeline/flags/cache.js';
export type { Attrs } from '../pipeline/flags/key-values.js';
export type { OciLayoutReference } from '../pipeline/flags/oci-layout-reference.js';
export { type Output, parseOutput } from '../pipeline/flags/output.js';
export { parseSecretSpec } from '../pipeline/flags/secret.js';
export { parseSize } from '../pipeline/flags/size.js';
export { parseSsh, type SshSource } from '../pipeline/flags/ssh.js';
export { parseUlimit, type Ulimit } from '../pipeline/flags/ulimit.js';
export type {
  LayerCompression,
  LocalDirectory,
  NetworkMode,
  OciLayoutContext,
} from '../pipeline/plan/build-plan.js';
