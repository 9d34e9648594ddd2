import type { MigrationInterface, QueryRunner } from 'typeorm';

const GEOMETRIES = ['box', 'polyline', 'points', 'mask'];
const TABLES = ['annotations', 'annotation_versions'];

/**
 * The centroid of `polygon`: the middle of a box of two corners; of a ring the centre of gravity of what it encloses
 * by its winding, kept inside the box around it. Numbers of jsonb are decimal, and numeric calculates with them
 * exactly but for the last division: no coordinate overflows, and none is too close to another.
 */
const CENTROID = `(
  SELECT jsonb_build_array(
           CASE WHEN abs(x) < 1e-300 THEN 0 ELSE x::float8 END,
           CASE WHEN abs(y) < 1e-300 THEN 0 ELSE y::float8 END)
    FROM (
      SELECT CASE WHEN count(*) = 2 OR sum(doubled) = 0 THEN (min(x) + max(x)) / 2
                  ELSE greatest(min(x), least(max(x), sum(doubled * (x + next_x)) / (3 * sum(doubled)))) END AS x,
             CASE WHEN count(*) = 2 OR sum(doubled) = 0 THEN (min(y) + max(y)) / 2
                  ELSE greatest(min(y), least(max(y), sum(doubled * (y + next_y)) / (3 * sum(doubled)))) END AS y
        FROM (SELECT x, y, next_x, next_y, x * next_y - next_x * y AS doubled
                FROM (SELECT x, y,
                             coalesce(lead(x) OVER places, first_value(x) OVER places) AS next_x,
                             coalesce(lead(y) OVER places, first_value(y) OVER places) AS next_y
                        FROM (SELECT (point ->> 0)::numeric AS x, (point ->> 1)::numeric AS y, place
                                FROM jsonb_array_elements(polygon -> 'points')
                                     WITH ORDINALITY AS list(point, place)) AS corners
                      WINDOW places AS (ORDER BY place)) AS edges) AS products
    ) AS middle)`;

/** Boxes, lines, keypoints and masks beside polygons, and where the middle of each is; that of polygons is filled in. */
export class GiveAnnotationsMoreGeometries1795614000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      const columns = [...GEOMETRIES, 'centroid'].map((name) => `ADD COLUMN ${name} jsonb`);
      await runner.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
      // No label and no picture changes: what watches over them has nothing to do.
      await runner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await runner.query(`UPDATE ${table} SET centroid = ${CENTROID} WHERE polygon IS NOT NULL`);
      await runner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
      await runner.query(`
        ALTER TABLE ${table} ADD CONSTRAINT ck_${table}_geometry
          CHECK (num_nonnulls(polygon, box, polyline, points, mask) <= 1)`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ck_${table}_geometry`);
      const columns = [...GEOMETRIES, 'centroid'].map((name) => `DROP COLUMN ${name}`);
      await runner.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
    }
  }
}
