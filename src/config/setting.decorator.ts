import 'reflect-metadata';

/** How the text of an environment variable becomes a value. */
export type SettingType = 'text' | 'integer' | 'boolean' | 'list';

export interface SettingDescription {
  type: SettingType;
  /** One line for operators: what it does, with its unit. */
  description: string;
  /** What the default is, in words, where it is not a plain value. */
  defaultText?: string;
}

export interface Setting extends SettingDescription {
  property: string;
  /** The environment variable, e.g. MAX_UPLOAD_BYTES for the property maxUploadBytes. */
  variable: string;
}

const SETTINGS = Symbol('settings');

/** Marks a property of `Environment` as read from the environment variable of the same name in capitals. */
export function FromEnvironment(description: SettingDescription): PropertyDecorator {
  return (target, property) => {
    const name = String(property);
    const variable = name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
    const settings = [
      ...settingsOf(target.constructor),
      { ...description, property: name, variable },
    ];
    Reflect.defineMetadata(SETTINGS, settings, target.constructor);
  };
}

/** The settings of a class, in the order in which they are declared. */
export function settingsOf(type: object): readonly Setting[] {
  return (Reflect.getMetadata(SETTINGS, type) as Setting[] | undefined) ?? [];
}
