import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An index of where annotations are. Coordinates come up to ±1.8e308, and PostgreSQL refuses to index boxes whose sizes
 * overflow: those beyond a billion pixels are taken to lie there, and each box that is found is looked at again.
 */
export class IndexBounds1795614501000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ix_annotations_bounds ON annotations USING gist ((
        box(point(least(greatest((bbox -> 0)::numeric, -1e9), 1e9)::float8, least(greatest((bbox -> 1)::numeric, -1e9), 1e9)::float8),
            point(least(greatest((bbox -> 0)::numeric + (bbox -> 2)::numeric, -1e9), 1e9)::float8,
                  least(greatest((bbox -> 1)::numeric + (bbox -> 3)::numeric, -1e9), 1e9)::float8))
      )) WHERE deleted_at IS NULL AND bbox IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_annotations_bounds');
  }
}
