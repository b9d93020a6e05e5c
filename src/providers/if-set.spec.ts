import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import type { SettingError } from '../config/config.errors.js';
import { checked } from '../config/validate.js';
import { providers } from './registry.js';

type Settings = new () => object;

const namesOf = (type: Settings): string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/** The class and those of the mappings in it, however deep. */
function withNested(type: Settings): Settings[] {
  const filled = plainToInstance(type, Object.fromEntries(namesOf(type).map((name) => [name, {}])));
  const nested = Object.values(filled)
    .map((value: object) => value.constructor as Settings)
    .filter((constructor) => constructor !== Object);
  return [type, ...nested.flatMap(withNested)];
}

describe.each(providers.map(({ use, settings }) => ({ use, settings })))('settings of $use', ({ use, settings }) => {
  const rows = withNested(settings).flatMap((type) => namesOf(type).map((name) => ({ type, name })));

  it('are read where they are', () => {
    expect(rows.length > 0).toBe(use !== 'sandbox');
  });

  it('hold no empty name of the YAML', () => {
    const taken = rows.filter(({ type, name }) => {
      const errors: SettingError[] = [];
      checked(type, { [name]: null }, '', errors);
      return !errors.some(({ setting }) => setting === name);
    });
    expect(taken.map(({ type, name }) => `${type.name}.${name}`)).toEqual([]);
  });
});
