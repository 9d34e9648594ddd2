import { describe, expect, it } from '@jest/globals';
import { type Ask, assertUsable, newestMigration } from './database-requirements.js';
import { DatabaseUnusable } from './database-connection.errors.js';

const SCHEMA = {
  entities: [],
  migrations: ['Newer1800000000000', 'Older1700000000000'].map(named),
  beyondEntities: { remove: [], make: [] },
};

/** A server of this version: there is none so old to be had, so this one only says so. */
function serverOf(version: number): Ask {
  return <R>(sql: string) =>
    Promise.resolve((sql.includes('version') ? [{ version, encoding: 'UTF8' }] : [{}]) as R[]);
}

/** A migration with nothing but a name. */
function named(name: string): new () => object {
  return Object.defineProperty(class extends Object {}, 'name', { value: name });
}

describe('assertUsable', () => {
  it('refuses a PostgreSQL before 14 and names both versions', async () => {
    const refusal = assertUsable(serverOf(130_018), SCHEMA);
    await expect(refusal).rejects.toBeInstanceOf(DatabaseUnusable);
    await expect(refusal).rejects.toThrow(/PostgreSQL 13, and Loupe needs 14 or newer/);
  });

  it.each([140_000, 180_004])('takes version %d', async (version) => {
    await expect(assertUsable(serverOf(version), SCHEMA)).resolves.toBeUndefined();
  });
});

describe('newestMigration', () => {
  it('goes by the time in the name', () => {
    expect(newestMigration(SCHEMA)).toBe('Newer1800000000000');
  });
});
