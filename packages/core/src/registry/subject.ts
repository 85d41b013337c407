import { type Digest, isDigest } from '../oci/digest.js';

/** What a manifest refers to, and what a list of referrers says of it. */
export interface Subject {
  readonly digest: Digest;
  readonly words: { artifactType?: string; annotations?: Record<string, string> };
}

/** The `subject` of a manifest or index (OCI image specification 1.1); `undefined` for none. */
export function subjectOf(bytes: Uint8Array): Subject | undefined {
  const document = documentIn(bytes);
  const digest = document?.subject?.digest;
  if (typeof digest !== 'string' || !isDigest(digest)) return undefined;
  const { artifactType = document.config?.mediaType, annotations } = document;
  return {
    digest,
    words: { ...(artifactType && { artifactType }), ...(annotations && { annotations }) },
  };
}

/** What is no document has no subject. */
function documentIn(bytes: Uint8Array) {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
