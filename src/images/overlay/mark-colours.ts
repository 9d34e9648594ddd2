/** Light and far apart, so that black text on them and a dark edge around them can be seen on every ground. */
const PALETTE = [
  '#ffd92f',
  '#4cc9f0',
  '#ff7f6b',
  '#7ae582',
  '#f5a3ff',
  '#ff9f1c',
  '#9db4ff',
  '#c8f169',
  '#ff8fb8',
  '#3fe0c5',
  '#e0b387',
  '#e8e8e8',
];

/** The colour of an instrument: the same in every picture, on every machine. */
export function colourOf(instrument: string): string {
  // FNV-1a, of 32 bits, over UTF-16 code units. It need not be safe, only spread well and stay as it is.
  let hash = 0x811c9dc5;
  for (let at = 0; at < instrument.length; at += 1) {
    hash = Math.imul(hash ^ instrument.charCodeAt(at), 0x01000193);
  }
  // The low bits of FNV are weak: the high ones are folded in.
  const folded = (hash ^ (hash >>> 16)) >>> 0;
  return PALETTE[folded % PALETTE.length] ?? '#fff';
}
