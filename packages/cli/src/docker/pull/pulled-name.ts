import { parseReference } from '@warmdock/core/oci';

/** The forms of a name that docker's answers have. */
export interface PulledName {
  /** Whether nobody typed a tag. */
  readonly hasDefaultTag: boolean;
  readonly tag: string;
  /** `library/debian` */
  readonly path: string;
  /** `docker.io/library/debian` */
  readonly repository: string;
  /** `docker.io/library/debian:latest` */
  readonly full: string;
  /** `debian:latest` */
  readonly familiar: string;
}

/** Of a name without a digest. Throws `INVALID_ARGUMENT` for what names no image. */
export function parsePulledName(text: string): PulledName {
  const { domain, path, tag = 'latest' } = parseReference(text);
  const repository = `${domain}/${path}`;
  const full = `${repository}:${tag}`;
  const familiar = full.replace(/^docker\.io\/(library\/)?/, '');
  return { hasDefaultTag: !/:[^/]*$/.test(text), tag, path, repository, full, familiar };
}
