import type { ListedFile } from '../../storage/file-storage.js';
import type { UpkeepRepository } from './upkeep.repository.js';

/** A stored file, and whether a record names it. */
export interface SurveyedFile extends ListedFile {
  isNamed: boolean;
}

const HANDFUL = 500;

/** The files of a listing, a handful at a time, held against the records. */
export async function* surveyed(
  files: AsyncIterable<ListedFile>,
  repository: UpkeepRepository,
): AsyncGenerator<SurveyedFile[]> {
  let handful: ListedFile[] = [];
  const compare = async () => {
    const named = await repository.named(handful.map(({ key }) => key));
    return handful.map((file) => ({ ...file, isNamed: named.has(file.key) }));
  };
  for await (const file of files) {
    handful.push(file);
    if (handful.length < HANDFUL) continue;
    yield await compare();
    handful = [];
  }
  if (handful.length > 0) yield await compare();
}
