import { applyDecorators } from '@nestjs/common';
import { IsObject, IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { fromMicros, toMicros } from './money.js';

/** Beyond this it is a typing error; and sums of it stay whole numbers in Lua. */
const HIGHEST = 1_000_000_000;

export const AMOUNT_HELP = 'must be an amount of at least 0 with six decimals at most';

export const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= HIGHEST && fromMicros(toMicros(value)) === value;

const optional = (name: string, validate: (value: unknown) => boolean, help: string): PropertyDecorator =>
  applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    ValidateBy({ name, validator: { validate, defaultMessage: () => help } }),
  );

/** May be left out, but not without a value: where money is, nothing is guessed. */
export const HasValue = (help: string): PropertyDecorator => optional('hasValue', (value) => value !== null, help);

const IsAmount = (): PropertyDecorator => optional('isAmount', isAmount, AMOUNT_HELP);

export class CeilingsSchema {
  @IsAmount() hour?: number;
  @IsAmount() day?: number;
}

export class BudgetSchema extends CeilingsSchema {
  @IsOptional() @IsObject() countries: Record<string, unknown> = {};
}
