import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Font } from 'fontkit';
import { directedRuns } from './directed-runs.js';
import { unpackedWoff } from './woff.js';

const FONT_FILE = '@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff';
const SPACES = /^\p{White_Space}$/u;
/** Joiners say how their neighbours look and have no look of their own. */
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}$/u;

export interface PlacedGlyph {
  id: number;
  /** Of its origin, in units of the font; y upwards. */
  x: number;
  y: number;
}

export interface ShapedText {
  glyphs: PlacedGlyph[];
  /** In units of the font. */
  width: number;
  /** Whether the font has at least one of its visible characters; the others are empty boxes. */
  isLegible: boolean;
}

/**
 * Sets text in the font that comes with the service, as outlines: no font of the machine is asked, so
 * that the same text has the same look and bytes everywhere.
 */
export class LabelFont {
  private static loaded: Promise<LabelFont> | undefined;
  private readonly paths = new Map<number, string>();

  private constructor(private readonly font: Font) {}

  /** Read when the first text is drawn: it takes a fifth of a second and 25 MB, and many services never draw any. */
  static load(): Promise<LabelFont> {
    LabelFont.loaded ??= LabelFont.read();
    return LabelFont.loaded;
  }

  private static async read(): Promise<LabelFont> {
    const [{ create }, woff] = await Promise.all([
      import('fontkit'),
      readFile(createRequire(import.meta.url).resolve(FONT_FILE)),
    ]);
    const font = create(unpackedWoff(woff));
    if (!('layout' in font)) throw new Error('The font file holds a collection of fonts.');
    return new LabelFont(font);
  }

  get unitsPerEm(): number {
    return this.font.unitsPerEm;
  }

  /** From the baseline to the top of accented capitals, in units of the font. */
  get ascent(): number {
    return this.font.ascent;
  }

  /** From the baseline to the bottom of deep letters, in units of the font; negative. */
  get descent(): number {
    return this.font.descent;
  }

  /** Glyphs from left to right, ligatures and joined letters as the script wants them. */
  shape(text: string): ShapedText {
    const glyphs: PlacedGlyph[] = [];
    let pen = 0;
    for (const { text: part, direction } of directedRuns(text)) {
      const run = this.font.layout(part, undefined, undefined, undefined, direction);
      run.glyphs.forEach(({ id, codePoints }, at) => {
        const position = run.positions[at];
        if (!position || isInvisible(codePoints)) return;
        glyphs.push({ id, x: pen + position.xOffset, y: position.yOffset });
        pen += position.xAdvance;
      });
    }
    return { glyphs, width: pen, isLegible: [...text].some((character) => this.has(character)) };
  }

  /** Data of an SVG path, in units of the font, y upwards; empty for a space. */
  pathOf(id: number): string {
    const known = this.paths.get(id);
    if (known !== undefined) return known;
    const path = this.font.getGlyph(id).path.toSVG();
    // No more than the glyphs of one font: 6,253.
    this.paths.set(id, path);
    return path;
  }

  private has(character: string): boolean {
    const code = character.codePointAt(0) ?? 0;
    return (
      !SPACES.test(character) && !INVISIBLE.test(character) && this.font.hasGlyphForCodePoint(code)
    );
  }
}

function isInvisible(codePoints: readonly number[]): boolean {
  // A glyph put in place of another by the rules of the font may tell no characters.
  const characters = codePoints.map((code) => String.fromCodePoint(code));
  return characters.length > 0 && characters.every((character) => INVISIBLE.test(character));
}
