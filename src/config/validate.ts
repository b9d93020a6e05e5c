import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { SettingError } from './config.errors.js';

/** Unknown keys are refused, and no message carries a value. */
const STRICT = { whitelist: true, forbidNonWhitelisted: true, validationError: { target: false, value: false } };

/** What is wrong with an object, each with the path of the setting. */
export function settingErrors(object: object, path: string): SettingError[] {
  return flatten(validateSync(object, { ...STRICT, forbidUnknownValues: false }), path);
}

/** Makes a checked instance of `type` from what stands in the file at `path`; adds what is wrong to `errors`. */
export function checked<T extends object>(
  type: new () => T,
  value: unknown,
  path: string,
  errors: SettingError[],
): T | undefined {
  if (!isMapping(value)) {
    errors.push({ setting: path, message: 'must be a mapping' });
    return undefined;
  }
  const instance = plainToInstance(type, value, { exposeDefaultValues: true });
  const found = settingErrors(instance, path);
  errors.push(...found);
  return found.length === 0 ? withoutNulls(instance) : undefined;
}

/** A key without a value, where that is allowed, is as good as one that is left out. Plain mappings are checked elsewhere. */
function withoutNulls<T extends object>(instance: T): T {
  for (const [key, value] of Object.entries(instance)) {
    if (value === null) Object.assign(instance, { [key]: defaultOf(instance, key) });
    else if (Array.isArray(value)) value.filter(isOfSchema).forEach(withoutNulls);
    else if (isOfSchema(value)) withoutNulls(value);
  }
  return instance;
}

const isOfSchema = (value: unknown): value is object =>
  isMapping(value) && Object.getPrototypeOf(value) !== Object.prototype;

const defaultOf = ({ constructor }: object, key: string): unknown =>
  Reflect.get(new (constructor as new () => object)(), key);

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const join = (path: string, name: string): string => (path ? `${path}.${name}` : name);

function flatten(errors: readonly ValidationError[], path: string): SettingError[] {
  return errors.flatMap(({ property, constraints, children }) => [
    ...Object.entries(constraints ?? {}).map(([rule, message]) => ({
      setting: join(path, property),
      message: rule === 'whitelistValidation' ? 'is not a known setting' : withoutName(message, property),
    })),
    ...flatten(children ?? [], join(path, property)),
  ]);
}

/** class-validator begins its sentences with the property; ours begin with the whole path. */
const withoutName = (message: string, property: string): string =>
  message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
