import { Environment } from './environment.js';
import { type Setting, settingsOf } from './setting.decorator.js';

type Defaults = Record<string, string | number | boolean | object | undefined>;

const LINE_WIDTH = 100;

/** The text of `.env.example`: every setting, with what it does and its default, as a comment. */
export function environmentExample(): string {
  const defaults = new Environment() as unknown as Defaults;
  const sections = settingsOf(Environment).map((setting) => sectionOf(setting, defaults));
  return [
    '# Every setting of Loupe with its default. Copy this file to .env and change what you need.',
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}

function sectionOf(setting: Setting, defaults: Defaults): string {
  const { description, variable, defaultText } = setting;
  const value = defaultText === undefined ? defaults[setting.property] : undefined;
  const line = `#${variable}=${typeof value === 'object' ? '' : (value ?? '')}`;
  const about = defaultText === undefined ? description : `${description} Default: ${defaultText}.`;
  return [...wrapped(about), line].join('\n');
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < LINE_WIDTH)
      lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(`# ${word}`);
  }
  return lines;
}
