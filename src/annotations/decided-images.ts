/*
 * Who accepts or rejects an image decides about the annotations that it has. When they change, the statement that
 * tells the image so takes the decision back, and notes that among the steps of the review.
 */

/**
 * The common table that notes it.
 * $1: id of the locked image; $3: how many annotations it has now; $5 and $6: when and by whom they were changed
 */
export const TAKE_DECISION_BACK = `taken_back AS (
         INSERT INTO review_transitions (image_id, from_state, to_state, at, by)
         SELECT id, review, CASE WHEN $3 > 0 THEN 'annotated' ELSE 'new' END, $5, $6
           FROM images WHERE id = $1 AND review IN ('accepted', 'rejected'))`;

/** What it sets in the row of the image; a decision is part of the record, so that its version is raised. */
export const WITHOUT_DECISION = `
              version = version + (review IS NOT NULL AND review <> 'in_review')::integer,
              review = CASE WHEN review = 'in_review' THEN review END`;
