import { registerDecorator } from 'class-validator';

/** A rule of one setting, checked at start. */
function rule(name: string, validate: (value: unknown, settings: object) => boolean, message: string) {
  return (): PropertyDecorator => (target, propertyName) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: propertyName as string,
      validator: { validate: (value, args) => validate(value, args?.object ?? {}), defaultMessage: () => message },
    });
  };
}

/** Values that go into an approved template: without the code in one of them, people would get messages of nothing. */
export const HoldsCode = rule(
  'holdsCode',
  (value) => /\{\{\s*code\s*\}\}/.test(JSON.stringify(value ?? '')),
  'must hold {{code}}',
);

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** A mapping of names to texts. */
export const IsTexts = rule(
  'isTexts',
  (value) => typeof value === 'object' && value !== null && Object.values(value).every(isText),
  'must be a mapping of texts',
);

/** Reports must prove where they come from, in one of the two ways that the platform has, or in both. */
export const ProvesOrigin = rule(
  'provesOrigin',
  (signed, settings) => {
    const { secret, webhookId } = settings as { secret?: unknown; webhookId?: unknown };
    return signed === true ? isText(webhookId) : isText(secret);
  },
  'must be true, with the webhookId that signs, or there must be a secret',
);
