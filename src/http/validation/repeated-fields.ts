import type { Fault } from '../../errors/domain-error.js';
import { MAX_FAULTS } from '../../errors/invalid-request.js';
import { jsonPointer } from '../../errors/json-pointer.js';

/** A list or an object that is open: the place of the item in it that is read, and the names that were there. */
interface Level {
  at: string | number;
  names?: Set<string>;
}

const COLON = /[ \t\n\r]*:/y;

/**
 * The fields of a JSON text whose object has their name more than once: of those a parser takes the last in silence
 * (RFC 8259 section 4).
 * @param text that is JSON
 */
export function repeatedFields(text: string): Fault[] {
  const pointers = new Set<string>();
  const open: Level[] = [];
  for (let place = 0; place < text.length && pointers.size < MAX_FAULTS; place += 1) {
    const character = text[place];
    const inside = open.at(-1);
    if (character === '{') open.push({ at: '', names: new Set() });
    else if (character === '[') open.push({ at: 0 });
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',' && typeof inside?.at === 'number') inside.at += 1;
    else if (character === '"') {
      const end = endOfText(text, place);
      if (inside?.names && isBeforeColon(text, end)) {
        inside.at = valueOf(text.slice(place, end + 1));
        if (inside.names.has(inside.at)) pointers.add(jsonPointer(open.map(({ at }) => at)));
        inside.names.add(inside.at);
      }
      place = end;
    }
  }
  return [...pointers].map((pointer) => ({ pointer, detail: 'is there more than once' }));
}

/** The place of the quotation mark that ends what one begins. */
function endOfText(text: string, start: number): number {
  let end = start;
  let backslashes: number;
  do {
    end = text.indexOf('"', end + 1);
    backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
  } while (backslashes % 2 === 1);
  return end;
}

function isBeforeColon(text: string, end: number): boolean {
  COLON.lastIndex = end + 1;
  return COLON.test(text);
}

function valueOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}
