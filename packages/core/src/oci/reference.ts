import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { text as aText } from '../options/checks.js';
import { type Digest, isDigest } from './digest.js';

/**
 * Names an image in a registry or in a daemon, normalised: the domain is never left out, and a tag
 * or a digest (or both) is always there.
 */
export interface Reference {
  /** Host with optional port, such as `docker.io` or `127.0.0.1:5000`. */
  readonly domain: string;
  /** Repository below the domain, such as `library/debian`. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const hub = 'docker.io';
const legacyHub = 'index.docker.io';
const official = 'library/';
const defaultTag = 'latest';
const maxPathLength = 255;

// The grammar of github.com/distribution/reference, which docker, containerd and BuildKit share.
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])`;
const word = '[a-z0-9]+';
const component = `${word}(?:(?:[._]|__|-+)${word})*`;
const tagForm = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const grammar = new RegExp(
  `^(?<domain>${host}(?::[0-9]+)?)/(?<path>${component}(?:/${component})*)(?::(?<tag>${tagForm}))?(?:@(?<digest>.+))?$`,
);
const imageId = /^[a-f0-9]{64}$/;
/** Longer input is refused unread, so that no crafted name can keep the expression busy. */
const maxLength = 1024;

/**
 * The reference that docker understands by a name which a person typed.
 *
 * `debian` becomes `docker.io/library/debian:latest`; the first part is a domain when it holds a dot
 * or a colon, is `localhost`, or has upper case. Throws `INVALID_ARGUMENT` for what docker refuses:
 * upper case in the path, 64 hex digits (an image id), paths over 255 characters, malformed tags
 * and digests.
 */
export function parseReference(text: string): Reference {
  checkArgument('parseReference', 'text', text, aText);
  if (text.length > maxLength) throw invalid(text, 'it is too long');
  if (imageId.test(text)) throw invalid(text, 'it is an image id, not a name');
  const { domain, rest } = splitDomain(text);
  const parts = grammar.exec(`${domain}/${rest}`)?.groups;
  const path = parts?.path;
  if (!path) throw invalid(text, complaintAbout(rest));
  if (path.length > maxPathLength)
    throw invalid(text, `its path is longer than ${maxPathLength} characters`);

  const digest = parts.digest;
  if (digest !== undefined && !isDigest(digest))
    throw invalid(text, 'what follows @ is not a digest');
  const tag = parts.tag ?? (digest ? undefined : defaultTag);
  return { domain, path, ...(tag && { tag }), ...(digest && { digest }) };
}

/** `docker.io/library/debian`: no tag, no digest. */
export function nameOf({ domain, path }: Pick<Reference, 'domain' | 'path'>): string {
  return `${domain}/${path}`;
}

/** `docker.io/library/debian:latest`: the full form, which containerd and BuildKit use. */
export function formatReference(reference: Reference): string {
  return nameOf(reference) + suffixOf(reference);
}

/** `debian`: the name as docker shows it. */
export function familiarNameOf({ domain, path }: Pick<Reference, 'domain' | 'path'>): string {
  if (domain !== hub) return `${domain}/${path}`;
  const short = path.startsWith(official) ? path.slice(official.length) : path;
  return short.includes('/') ? path : short;
}

/** `debian:latest`: the reference as docker shows it. */
export function formatFamiliar(reference: Reference): string {
  return familiarNameOf(reference) + suffixOf(reference);
}

function suffixOf({ tag, digest }: Reference): string {
  return (tag ? `:${tag}` : '') + (digest ? `@${digest}` : '');
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  if (isDomain && first !== hub && first !== legacyHub)
    return { domain: first, rest: text.slice(slash + 1) };

  const rest = isDomain ? text.slice(slash + 1) : text;
  return { domain: hub, rest: rest.includes('/') ? rest : official + rest };
}

function complaintAbout(rest: string): string {
  const path = rest.split(/[:@]/, 1)[0] ?? '';
  return path === path.toLowerCase()
    ? 'it is not of the form [HOST/]NAME[:TAG][@DIGEST]'
    : 'names are in lower case';
}

function invalid(text: string, complaint: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `not an image reference: ${JSON.stringify(text.slice(0, 160))}: ${complaint}`,
    {
      hint: 'Write it like app:1.0 or registry.example.com/team/app:1.0.',
    },
  );
}
