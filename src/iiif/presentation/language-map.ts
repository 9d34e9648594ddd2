/** Texts by language; `none` where they have none (https://iiif.io/api/presentation/3.0/#44-language-of-property-values). */
export type LanguageMap = Record<string, string[]>;

/** The same as a schema. */
export const LANGUAGE_MAP = {
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' } },
} as const;

/** Text of no language, such as a key. */
export function plain(text: string): LanguageMap {
  return { none: [text] };
}

export function english(text: string): LanguageMap {
  return { en: [text] };
}
