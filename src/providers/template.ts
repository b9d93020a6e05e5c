import { registerDecorator } from 'class-validator';
import type { OutgoingMessage } from './contract.js';

/** What a placeholder stands for. */
const VALUES: Record<string, (message: OutgoingMessage) => string> = {
  to: (message) => message.to,
  text: (message) => message.text,
  code: (message) => message.code,
  channel: (message) => message.channel,
  from: (message) => message.from ?? '',
  attempt_id: (message) => message.attemptId,
  callback_url: (message) => message.callbackUrl(),
  locale: (message) => message.locale,
  ttl: (message) => String(message.ttl),
};

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** Fills the placeholders of one text. `encode` protects the place where the value lands. */
export function fill(template: string, message: OutgoingMessage, encode = (value: string) => value): string {
  return template.replace(PLACEHOLDER, (_, name: string) => encode(VALUES[name]?.(message) ?? ''));
}

/** Fills every text in a shape of any depth. */
export function fillShape(shape: unknown, message: OutgoingMessage, encode?: (value: string) => string): unknown {
  if (typeof shape === 'string') return fill(shape, message, encode);
  if (Array.isArray(shape)) return shape.map((item) => fillShape(item, message, encode));
  if (typeof shape !== 'object' || shape === null) return shape;
  return Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, fillShape(value, message, encode)]));
}

/** Names of placeholders that mean nothing. */
function unknownPlaceholders(shape: unknown): string[] {
  return [...JSON.stringify(shape ?? '').matchAll(PLACEHOLDER)]
    .map((match) => match[1] ?? '')
    .filter((name) => !Object.hasOwn(VALUES, name));
}

/** Refuses placeholders that do not exist, at start rather than in a message. */
export function IsTemplate(): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isTemplate',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: (value: unknown) => unknownPlaceholders(value).length === 0,
        defaultMessage: (args) =>
          `knows no placeholder ${unknownPlaceholders(args?.value).join(', ')}; there are ${Object.keys(VALUES).join(', ')}`,
      },
    });
  };
}
