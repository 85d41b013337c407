import { WarmdockError } from '@warmdock/core';

/** What is wrong with a database's bytes. */
export const damaged = (text: string): WarmdockError => new WarmdockError('PROTOCOL', text);
