import { ValidateBy } from 'class-validator';

const PLACEHOLDER = /\{\{\s*code\s*\}\}/g;

/** Puts the code in the place of `{{code}}`. */
export const fillCode = (param: string, code: string): string => param.replace(PLACEHOLDER, () => code);

/** Refuses parameters that would never tell the code. */
export const HoldsCode = (): PropertyDecorator =>
  ValidateBy({
    name: 'holdsCode',
    validator: {
      validate: (params) => Array.isArray(params) && params.some((param) => String(param).search(PLACEHOLDER) >= 0),
      defaultMessage: () => 'must hold {{code}}, else no message would tell the code',
    },
  });
