import { IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, MaxLength, Min, registerDecorator } from 'class-validator';
import { IfSet } from '../if-set.js';

/** `accounts.<name>.settings` of an account with `use: ugsms`: a `key`, or else `username` and `password`. */
export class UgsmsSettings {
  /** For `POST /api/v2/sms/send`; the better choice, since it can be revoked. */
  @IfSet()
  @IsString()
  @IsNotEmpty()
  key?: string;

  /** For `POST /v1/sms/send`. */
  @IsUnlessKey()
  username?: string;

  @IsUnlessKey()
  password?: string;

  @Matches(/^https?:\/\/[^\s/]+$/, { message: 'must be like https://ugsms.com, without a path' })
  baseUrl: string = 'https://ugsms.com';

  /** The sender where a step names none. */
  @IfSet()
  @IsString()
  @IsNotEmpty()
  @MaxLength(11)
  senderId?: string;

  /** How Ugandan numbers are written: `local` 0701234567 (as in the vendor's guide), or `international` 256701234567. */
  @IsIn(['local', 'international'])
  numbers: 'local' | 'international' = 'local';

  /** As many parts as one text may cost; a longer one is refused before any call. */
  @IsInt()
  @Min(1)
  @Max(10)
  maxParts: number = 4;
}

/** Either credential is enough, and with both nobody could tell which one counts. */
function IsUnlessKey(): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isUnlessKey',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: (value: unknown, args) =>
          (args?.object as UgsmsSettings).key === undefined
            ? typeof value === 'string' && value !== ''
            : value === undefined,
        defaultMessage: (args) =>
          (args?.object as UgsmsSettings).key === undefined
            ? 'must be a text that is not empty; or set key in the place of username and password'
            : 'must not be set beside key',
      },
    });
  };
}
