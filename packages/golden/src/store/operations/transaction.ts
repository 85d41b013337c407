import { randomBytes } from 'node:crypto';
import { generationName } from '../records/project.js';

/** Names what a promotion adds to the pool; no two promotions have the same. */
export function newTransaction(project: string, generation: number): string {
  return `${project}-${generationName(generation)}-${randomBytes(4).toString('hex')}`;
}

/**
 * The project of a transaction. Projects may have names that end like one, so only the last part
 * counts.
 */
export function projectOf(transaction: string): string | undefined {
  return /^(.+)-\d{6,15}-[0-9a-f]{8}$/.exec(transaction)?.[1];
}
