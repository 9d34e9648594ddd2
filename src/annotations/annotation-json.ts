/*
 * The representation of an annotation, written by PostgreSQL: the same fields in the same order with the same values
 * as `AnnotationResponse.from` makes, which a test compares. It is put together with `concat`, which looks up how to
 * write a type once for each statement; `json_build_object` does it for every field of every row, in half as much time
 * again.
 */

/** Of `annotations`, the `images` that they belong to and the `instruments` that they carry, each as JSON. */
const FIELDS: Readonly<Record<string, string>> = {
  image_key: text('images.image_key'),
  index: 'annotations.index',
  instrument: text('instruments.name'),
  polygon: orNull('annotations.polygon'),
  box: orNull('annotations.box'),
  polyline: orNull('annotations.polyline'),
  points: orNull('annotations.points'),
  mask: orNull('annotations.mask'),
  attributes: 'annotations.attributes',
  source: text('annotations.source'),
  confidence: orNull('annotations.confidence'),
  bbox: orNull('annotations.bbox'),
  area: orNull('annotations.area'),
  centroid: orNull('annotations.centroid'),
  created_at: time('annotations.created_at'),
  updated_at: time('annotations.updated_at'),
  created_by: orNull(text('annotations.created_by')),
  updated_by: orNull(text('annotations.updated_by')),
  version: 'annotations.version',
};

function text(column: string): string {
  return `to_json(${column})`;
}

function orNull(json: string): string {
  return `coalesce(${json}::text, 'null')`;
}

/** As `Date.toISOString` has it. */
function time(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', '"\\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\\""')`;
}

const PARTS = Object.entries(FIELDS).map(
  ([name, json], place) => `'${place === 0 ? '{' : ','}"${name}":', ${json}`,
);
const ANNOTATION = `concat(${PARTS.join(', ')}, '}')`;

/**
 * What follows `FROM images` to have `set.json` beside each image: its annotations by index as a JSON array; and
 * `set.renames`, how often their labels were renamed, all together.
 */
export const WITH_SET = `
  CROSS JOIN LATERAL (
    SELECT concat('[', string_agg(one.json, ','), ']') AS json, coalesce(sum(one.renames), 0)::integer AS renames
      FROM (SELECT ${ANNOTATION} AS json, instruments.version - 1 AS renames
              FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
             WHERE annotations.image_id = images.id AND annotations.deleted_at IS NULL
             ORDER BY annotations.index) AS one) AS set`;
