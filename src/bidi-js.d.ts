/** The parts of bidi-js that are used here; it brings no types of its own. */
declare module 'bidi-js' {
  interface EmbeddingLevels {
    /** One for every UTF-16 code unit; odd ones run from right to left. */
    levels: Uint8Array;
  }

  interface Bidi {
    getEmbeddingLevels(text: string): EmbeddingLevels;
    /** Which characters are drawn mirrored, by their place in the text. It wants the levels alone (1.0.3). */
    getMirroredCharactersMap(text: string, levels: Uint8Array): Map<number, string>;
  }

  export default function bidiFactory(): Bidi;
}
