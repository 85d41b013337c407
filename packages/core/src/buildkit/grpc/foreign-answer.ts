import { WarmdockError } from '../../errors.js';
import { codeOfStatus } from './failure.js';
import { firstValue, type Metadata } from './metadata.js';
import { GrpcCode } from './status.js';

/** Of a page so much is read, and so much shown. */
const readBytes = 2048;
const shownCharacters = 200;

/** What HTTP statuses mean to gRPC (doc/http-grpc-status-mapping.md); all others are UNKNOWN. */
const statusOfHttp: Readonly<Record<string, number>> = {
  400: GrpcCode.INTERNAL,
  401: GrpcCode.UNAUTHENTICATED,
  403: GrpcCode.PERMISSION_DENIED,
  404: GrpcCode.UNIMPLEMENTED,
  429: GrpcCode.UNAVAILABLE,
  502: GrpcCode.UNAVAILABLE,
  503: GrpcCode.UNAVAILABLE,
  504: GrpcCode.UNAVAILABLE,
};

/** An answer that does not come from a gRPC server: the error page of a proxy in between, or of a web server. */
export class ForeignAnswer {
  readonly #httpStatus: string;
  readonly #contentType: string;
  #page = '';

  /** The answer that begins with these headers, when gRPC knows none that does. */
  static of(headers: Metadata): ForeignAnswer | undefined {
    const httpStatus = firstValue(headers, ':status');
    if (httpStatus === undefined || headers.has('grpc-status')) return undefined;
    const contentType = firstValue(headers, 'content-type') ?? '';
    const isGrpc = httpStatus === '200' && /^application\/grpc($|[+; ])/i.test(contentType);
    return isGrpc ? undefined : new ForeignAnswer(httpStatus, contentType);
  }

  private constructor(httpStatus: string, contentType: string) {
    this.#httpStatus = httpStatus;
    this.#contentType = contentType;
  }

  /** Takes a part of its body; false when that is enough. */
  add(pieces: readonly Buffer[]): boolean {
    for (const piece of pieces)
      this.#page += piece.toString('latin1', 0, readBytes - this.#page.length);
    return this.#page.length < readBytes;
  }

  /** The error of the call that was answered so. */
  failure(operation: string): WarmdockError {
    const status = statusOfHttp[this.#httpStatus] ?? GrpcCode.UNKNOWN;
    const kind = this.#contentType ? ` (${printable(this.#contentType)})` : '';
    const text = textOf(this.#page);
    const said = text ? `: ${text}` : '';
    const message = `${operation} was answered by HTTP ${this.#httpStatus}${kind}${said}`;
    return new WarmdockError(codeOfStatus(status) ?? 'PROTOCOL', message, {
      hint:
        status === GrpcCode.UNAVAILABLE
          ? 'this is the word of a proxy: check that the builder behind it runs, and that the proxy reaches it by gRPC'
          : 'check that the address is that of a BuildKit, and that a proxy in between passes gRPC on',
    });
  }
}

/** What a reader sees of a page, in one line. */
function textOf(page: string): string {
  const visible = page
    .replace(/<(style|script|head)\b[^>]*>.*?<\/\1>/gis, (element) => titleOf(element))
    .replace(/<[^>]*>/g, ' ');
  return printable(visible);
}

function titleOf(element: string): string {
  return /<title>[^<]*<\/title>/i.exec(element)?.[0] ?? '';
}

function printable(text: string): string {
  const line = text.replace(/[^!-~]+/g, ' ').trim();
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}...` : line;
}
