import { Transform, type TransformCallback } from 'node:stream';
import { PatternSet } from './pattern-set.js';
import { redactError } from './redact-error.js';
import { Redactor } from './redactor.js';
import { encodedForms } from './secret-forms.js';

/** Keeps secrets out of logs, states and errors. */
export interface Redaction {
  /** Whether there are no secrets. */
  readonly isEmpty: boolean;
  /** Passes bytes on with `***` in place of secrets, wherever they are cut. */
  stream(): Transform;
  text(text: string): string;
  /** Redacts the error and its causes in place; returns the same error. */
  error(error: unknown): unknown;
}

/** Secrets are recognised by their values, however short, in all their forms: see `encodedForms`. */
export function createRedaction(secrets: readonly string[]): Redaction {
  const forms = new Set(secrets.flatMap((secret) => [...encodedForms(secret)]));
  const patterns = new PatternSet([...forms].map((form) => Buffer.from(form)));
  const text = (plain: string) => {
    const redactor = new Redactor(patterns);
    return Buffer.concat([redactor.push(Buffer.from(plain)), redactor.end()]).toString();
  };
  return {
    isEmpty: forms.size === 0,
    stream: () => streamOf(patterns),
    text,
    error(error) {
      redactError(error, text);
      return error;
    },
  };
}

function streamOf(patterns: PatternSet): Transform {
  const redactor = new Redactor(patterns);
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      done(null, redactor.push(chunk));
    },
    flush(done: TransformCallback) {
      done(null, redactor.end());
    },
  });
}
