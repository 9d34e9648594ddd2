const COLUMNS = `
  image_id, index, version, change, instrument_id, instrument, polygon, box, polyline, points, mask, attributes,
  source, confidence, bbox, area, centroid, content_bytes, created_at, created_by, at, by, set_version`;

/**
 * The ends of the two statements that write annotations: they append to the history what was just written, so
 * that neither can be without the other and no change costs a statement more. Their last parameter is the version
 * that the set gets by the change.
 */

/** Behind the common tables `content` (what is stored, each with its `change`) and `written` (the rows it made). */
export const APPEND_WRITTEN = `
  INSERT INTO annotation_versions (${COLUMNS})
  SELECT written.image_id, index, written.version, change, "instrumentId", instrument, polygon, box, polyline, points, mask,
         attributes, source, confidence, bbox, area, centroid, "contentBytes", written.created_at, written.created_by, $3, $4, $5::integer
    FROM written JOIN content USING (index)
   WHERE written.image_id = content."imageId"`;

/** Behind the common table `deleted`: the rows of annotations that are deleted now. */
export const APPEND_DELETED = `
  INSERT INTO annotation_versions (${COLUMNS})
  SELECT image_id, index, deleted.version, 'deleted', instruments.id, instruments.name, polygon, box, polyline,
         points, mask, attributes, source, confidence, bbox, area, centroid, content_bytes, created_at, created_by, $3, $4, $5::integer
    FROM deleted JOIN instruments ON instruments.id = deleted.instrument_id`;
