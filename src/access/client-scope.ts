/**
 * The one condition by which images exist for a caller: `caller.clientIds` is its parameter. What belongs
 * to another client takes the same way through the database as what is not there at all.
 * @param parameter as the statement spells it: `$2`, `:visibleClientIds`
 * @param images name of the table `images` in the statement
 */
export function visibleImages(parameter: string, images = 'images'): string {
  return `(${parameter}::text[] IS NULL OR ${images}.client_id = ANY(${parameter}::text[]))`;
}
