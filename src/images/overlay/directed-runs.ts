import bidiFactory from 'bidi-js';

export interface DirectedRun {
  text: string;
  direction: 'ltr' | 'rtl';
}

const bidi = bidiFactory();

/**
 * The text in parts of one direction, in the order in which they stand from left to right (Unicode Standard
 * Annex 9). Inside a part the text stays in the order in which it is read, with
 * its brackets mirrored: a shaper turns the rest.
 */
export function directedRuns(text: string): DirectedRun[] {
  const { levels } = bidi.getEmbeddingLevels(text);
  // fontkit turns the letters of a run, and leaves the brackets as they are.
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  const runs: { text: string; level: number }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels[at] ?? 0;
    const character = mirrored.get(at) ?? text.charAt(at);
    const last = runs.at(-1);
    if (last?.level === level) last.text += character;
    else runs.push({ text: character, level });
  }
  // Rule L2: from the highest level down, every sequence of that level or higher is turned round.
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level >= 1; level -= 1) turnRound(runs, level);
  return runs.map((run) => ({ text: run.text, direction: run.level % 2 === 1 ? 'rtl' : 'ltr' }));
}

function turnRound(runs: { text: string; level: number }[], level: number): void {
  let start = 0;
  while (start < runs.length) {
    let end = start;
    while ((runs[end]?.level ?? -1) >= level) end += 1;
    runs.splice(start, end - start, ...runs.slice(start, end).reverse());
    start = end + 1;
  }
}
