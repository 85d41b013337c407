import { WarmdockError } from '../errors.js';

/** A BuildKit in a container, in which `buildctl dial-stdio` leads to it. */
export interface ContainerAddress {
  readonly kind: 'docker-container';
  /** Name or id. */
  readonly container: string;
  /** The docker context of its daemon. Default the daemon that docker itself would talk to. */
  readonly context?: string;
  /** In place of a context, the daemon's own address, without TLS. */
  readonly host?: string;
}

const scheme = 'docker-container://';

export function isContainerAddress(text: string): boolean {
  return text.startsWith(scheme);
}

/** Reads `docker-container://name`, to which `?context=NAME` may be added; throws `INVALID_ARGUMENT` otherwise. */
export function parseContainerAddress(text: string): ContainerAddress {
  const [container = '', query = '', ...others] = text.slice(scheme.length).split('?');
  if (!isContainerAddress(text) || !isContainerName(container) || others.length > 0)
    throw unreadable('it names no container');
  const options = new URLSearchParams(query);
  const unknown = [...options.keys()].find((key) => key !== 'context');
  if (unknown !== undefined) throw unreadable(`there is no option ${JSON.stringify(unknown)}`);
  const context = options.get('context');
  return { kind: 'docker-container', container, ...(context && { context }) };
}

/** The address as a person writes it; a daemon's own address has no place in it. */
export function formatContainerAddress({ container, context }: ContainerAddress): string {
  return `${scheme}${container}${context ? `?context=${encodeURIComponent(context)}` : ''}`;
}

/** Docker's own rule for names, which ids fit as well. */
export function isContainerName(text: string): boolean {
  return /^[a-zA-Z0-9][\w.-]*$/.test(text);
}

function unreadable(why: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot use an address of a builder's container: ${why}`,
    {
      hint: 'write docker-container://name or docker-container://name?context=NAME',
    },
  );
}
