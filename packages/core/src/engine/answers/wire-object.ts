import { WarmdockError } from '../../errors.js';

type Kind = 'string' | 'number' | 'boolean' | 'object';

/**
 * A JSON object from outside, read field by field.
 *
 * The daemon's answers are large and change with its version while a few fields matter, so those are
 * checked where they are read. Go leaves empty fields out or writes `null`: the optional readers take
 * both as absent. Every reader throws `PROTOCOL` for a field of another type.
 */
export class WireObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /** `what` names the object in errors. */
  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new WarmdockError('PROTOCOL', `${what} is not a JSON object`);
    }
    this.#fields = value as Record<string, unknown>;
    this.#what = what;
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#refuse(name, 'a string');
  }

  optionalText(name: string): string | undefined {
    return this.#optional(name, 'string') as string | undefined;
  }

  optionalNumber(name: string): number | undefined {
    return this.#optional(name, 'number') as number | undefined;
  }

  /** Absent is false. */
  flag(name: string): boolean {
    return (this.#optional(name, 'boolean') as boolean | undefined) ?? false;
  }

  /** Absent is an empty list. */
  texts(name: string): string[] {
    const items = this.list(name);
    return items.every((item) => typeof item === 'string')
      ? (items as string[])
      : this.#refuse(name, 'a list of strings');
  }

  /** Absent is an empty list. */
  list(name: string): unknown[] {
    const value = this.#fields[name] ?? [];
    return Array.isArray(value) ? value : this.#refuse(name, 'a list');
  }

  object(name: string): WireObject | undefined {
    const value = this.#optional(name, 'object');
    return value === undefined ? undefined : new WireObject(value, `${name} of ${this.#what}`);
  }

  #optional(name: string, kind: Kind): unknown {
    const value = this.#fields[name] ?? undefined;
    return value === undefined || typeof value === kind ? value : this.#refuse(name, `a ${kind}`);
  }

  #refuse(name: string, expected: string): never {
    throw new WarmdockError('PROTOCOL', `${this.#what}: its field ${name} is not ${expected}`);
  }
}
