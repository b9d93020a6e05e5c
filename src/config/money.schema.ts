import { applyDecorators } from '@nestjs/common';
import { IsObject, IsOptional, ValidateBy } from 'class-validator';
import { fromMicros, toMicros } from './money.js';

/** Beyond this it is a typing error; and sums of it stay whole numbers in Lua. */
const HIGHEST = 1_000_000_000;

export const AMOUNT_HELP = 'must be an amount of at least 0 with six decimals at most';

export const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= HIGHEST && fromMicros(toMicros(value)) === value;

const IsAmount = (): PropertyDecorator =>
  applyDecorators(
    ValidateBy({ name: 'isAmount', validator: { validate: isAmount, defaultMessage: () => AMOUNT_HELP } }),
  );

export class CeilingsSchema {
  @IsOptional() @IsAmount() hour?: number;
  @IsOptional() @IsAmount() day?: number;
}

export class BudgetSchema extends CeilingsSchema {
  @IsOptional() @IsObject() countries: Record<string, unknown> = {};
}
