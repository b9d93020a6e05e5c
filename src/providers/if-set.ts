import { ValidateIf } from 'class-validator';

/**
 * For a setting that may be left out. Unlike `@IsOptional` it lets no empty name of the YAML pass: one that should have
 * held a secret would be an account without it.
 */
export const IfSet = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);
