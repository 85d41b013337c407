import { RegistryError } from './registry-error.js';

/**
 * Where a `Location` header leads. Some registries leave out their port, or the whole host; what is
 * signed in a query stays as it came.
 *
 * Throws `PROTOCOL` for one that is missing or none, `PERMISSION_DENIED` for one that gives up TLS.
 */
export function locationOf(
  location: string | undefined,
  from: URL,
  { operation, registry }: { readonly operation: string; readonly registry: string },
): URL {
  const place = location === undefined ? undefined : parse(location, from);
  if (!place) {
    throw new RegistryError(
      'PROTOCOL',
      `${operation}: registry ${registry} did not say where to go on`,
      { hint: 'see whether a proxy in between takes out Location headers' },
    );
  }
  if (from.protocol === 'https:' && place.protocol === 'http:') {
    if (place.hostname === from.hostname) place.protocol = 'https:';
    else {
      throw new RegistryError(
        'PERMISSION_DENIED',
        `${operation}: registry ${registry} sends to ${place.host} without TLS, which is refused`,
        { hint: 'have the registry name places with https' },
      );
    }
  }
  const lacksPort = place.hostname === from.hostname && place.port === '' && from.port !== '';
  if (lacksPort) place.port = from.port;
  return place;
}

function parse(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}
