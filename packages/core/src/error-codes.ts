import type { ErrorCode } from './errors.js';

/** What the reference says of a code. */
export interface ErrorCodeText {
  /** What is true when this code is thrown. */
  readonly meaning: string;
  /** What it usually comes from. */
  readonly cause: string;
  /** What the reader can do. */
  readonly remedy: string;
}

/**
 * Every code with its explanation, from which `docs/reference/errors.md` is made. Programs do not
 * import it: they would carry texts that they never print.
 */
export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeText>> = {
  INVALID_ARGUMENT: {
    meaning: 'An option, flag, address, environment variable or file cannot be used as it is.',
    cause:
      'A spelling mistake, a value out of range, or two options that exclude each other. The builder or the daemon may refuse it, too.',
    remedy: 'Correct the value that the message names. Trying again without a change fails again.',
  },
  NOT_FOUND: {
    meaning: 'Something that was named does not exist.',
    cause:
      'A file, builder, docker context, image, container, blob or golden is missing. It may have been removed in the meantime.',
    remedy: 'Check the name, or create what is missing: `docker buildx ls`, `docker context ls`.',
  },
  CONFLICT: {
    meaning: 'Something is in a state that forbids the operation.',
    cause:
      'Another process holds a lock or uses the files, the name is taken, or a file was changed by somebody else.',
    remedy: 'Wait for the other process, or resolve what the message names. Then try again.',
  },
  UNAVAILABLE: {
    meaning: 'A builder, daemon, registry or disk does not serve at the moment.',
    cause:
      'It is stopped, refuses connections, broke off in the middle, answered 5xx, or its disk is full.',
    remedy: 'See that it runs, as `warmdock doctor` does. Then try again.',
  },
  PERMISSION_DENIED: {
    meaning: 'The user or the credentials are not allowed to do this.',
    cause:
      'No access to a socket or file, a failed login at a registry, or an entitlement that was not granted.',
    remedy:
      'Log in (`docker login`), grant the right (`--allow`), or run as a user that has access.',
  },
  UNSUPPORTED: {
    meaning: 'The request is valid, but this version or this machine cannot do it.',
    cause:
      'An old BuildKit, Docker or compose, a missing program, or a file system without the feature. Some uses belong to docker alone.',
    remedy: 'Install what the hint names, or use `docker buildx` for this build.',
  },
  BUILD_FAILED: {
    meaning: 'The build itself failed, not the way to it.',
    cause:
      "A step of the Dockerfile or a golden build's start-up script ended with an error, or an image could not be pulled.",
    remedy: "Read the failed step's log. `BuildError` and `ScriptError` carry its last lines.",
  },
  LOAD_FAILED: {
    meaning: 'The image was built, but the Docker daemon did not take it.',
    cause: 'The daemon refused the archive, or has another image than was sent.',
    remedy: "Try again. If it stays, the daemon's log says why.",
  },
  DIGEST_MISMATCH: {
    meaning: 'Content does not have the digest or size that it was announced with.',
    cause: 'A transfer that was cut, a damaged disk, or a peer that sends other content.',
    remedy: 'Try again. If it stays, look for a damaged disk, cache or proxy.',
  },
  PROTOCOL: {
    meaning: 'A peer or a file said something that cannot be understood.',
    cause:
      'The address leads to another service, a proxy answers in its place, a version is unknown, or a file is damaged.',
    remedy: 'Check the address and proxies. If they are right, report it with the message.',
  },
  TIMEOUT: {
    meaning: 'It took longer than it may.',
    cause: 'A peer hangs, the network lost it, or the signal of `AbortSignal.timeout` fired.',
    remedy: 'See whether the peer hangs, or allow more time.',
  },
  CANCELLED: {
    meaning: 'The caller or the user ended the operation.',
    cause: "The `signal` of the call fired, Ctrl-C, or the peer's own cancellation.",
    remedy: 'None is needed. Run it again when you like.',
  },
  INTERNAL: {
    meaning: 'Something happened that warmdock has no answer to.',
    cause:
      'A bug, an error of the builder without a known status, or an unexpected error of the system.',
    remedy: 'Report it with the message and its `cause`.',
  },
};
