import { type ErrorCode, messageOf, WarmdockError } from '../../errors.js';
import { type EngineEndpoint, formatEndpoint } from '../endpoint/endpoint.js';

const codesByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'PERMISSION_DENIED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNSUPPORTED',
  409: 'CONFLICT',
  501: 'UNSUPPORTED',
};

/** A daemon's answer, or that of a proxy before it, that is not a success. */
export class EngineStatusError extends WarmdockError {
  /** Of HTTP. */
  readonly status: number;

  constructor(code: ErrorCode, status: number, message: string, hint: string | undefined) {
    super(code, message, { ...(hint !== undefined && { hint }) });
    this.status = status;
  }
}

/** The error for an answer that is not a success; `body` is its beginning, JSON with `message` or plain text. */
export function statusError(operation: string, status: number, body: string): EngineStatusError {
  const code = codesByStatus[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'PROTOCOL');
  const said = messageIn(body);
  return new EngineStatusError(
    code,
    status,
    `${operation}: the Docker daemon answered ${status}${said && `: ${said}`}`,
    status >= 500 ? "The daemon's log says more." : undefined,
  );
}

/** The error for a connection that could not be made or that broke. */
export function connectionError(
  operation: string,
  endpoint: EngineEndpoint,
  cause: unknown,
): WarmdockError {
  const { code, what, hint } = diagnose(
    endpoint,
    (cause as NodeJS.ErrnoException | undefined)?.code ?? '',
  );
  const detail = what || messageOf(cause);
  return new WarmdockError(
    code,
    `${operation}: the Docker daemon at ${formatEndpoint(endpoint)} ${detail}`,
    { hint, cause },
  );
}

export function timeoutError(
  operation: string,
  endpoint: EngineEndpoint,
  what: string,
  timeoutMs: number,
): WarmdockError {
  return new WarmdockError(
    'TIMEOUT',
    `${operation}: the Docker daemon at ${formatEndpoint(endpoint)} ${what} for ${timeoutMs / 1000} s`,
    {
      hint: 'See whether the daemon hangs, as `docker info` would tell.',
    },
  );
}

interface Diagnosis {
  readonly code: ErrorCode;
  /** Ends "the Docker daemon at ADDRESS ..."; empty when only the cause's own message tells. */
  readonly what: string;
  readonly hint: string;
}

const startIt =
  'Is the Docker daemon running there? DOCKER_HOST or `docker context use` chooses another.';

function diagnose(endpoint: EngineEndpoint, errno: string): Diagnosis {
  switch (errno) {
    case 'ENOENT':
      return { code: 'UNAVAILABLE', what: 'is not there: no such socket', hint: startIt };
    case 'ECONNREFUSED':
      return { code: 'UNAVAILABLE', what: 'refuses connections', hint: startIt };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'PERMISSION_DENIED',
        what: 'may not be used by this user',
        hint: 'Run as a member of the group that owns the socket, usually "docker".',
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        code: 'UNAVAILABLE',
        what: 'has a host name that cannot be resolved',
        hint: 'Check the address and the name server.',
      };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return {
        code: 'UNAVAILABLE',
        what: 'closed the connection',
        hint: 'It may have stopped or restarted; its log says more.',
      };
    default:
      return diagnoseProtocol(endpoint, errno);
  }
}

function diagnoseProtocol(endpoint: EngineEndpoint, errno: string): Diagnosis {
  const tls = endpoint.kind === 'tcp' && endpoint.tls !== undefined;
  if (errno.startsWith('HPE_')) {
    return {
      code: 'PROTOCOL',
      what: 'does not speak HTTP',
      hint: 'Something else listens there, or it wants TLS (DOCKER_TLS_VERIFY=1).',
    };
  }
  if (tls && errno === 'EPROTO') {
    return {
      code: 'PROTOCOL',
      what: 'does not speak TLS',
      hint: 'Something else listens there, or it wants no TLS (unset DOCKER_TLS_VERIFY).',
    };
  }
  const hint = tls
    ? 'Check the certificates in DOCKER_CERT_PATH or in the docker context.'
    : startIt;
  return { code: 'UNAVAILABLE', what: '', hint };
}

/** Docker's error body is `{"message": "..."}`. */
function messageIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message.trim();
  } catch {
    // A proxy's page, or a body that was cut: its first line has to do.
  }
  return (body.trim().split('\n', 1)[0] ?? '').slice(0, 500);
}
