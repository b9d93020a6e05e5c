import { IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min } from 'class-validator';
import { IfSet } from '../if-set.js';

/** `accounts.<name>.settings` of an account with `use: genio`. */
export class GenioSettings {
  /** The API's key, from the row of the API in the panel. */
  @IsString()
  @IsNotEmpty()
  key: string;

  @Matches(/^https?:\/\/[^\s/]+$/, { message: 'must be like https://geniosms.net, without a path' })
  baseUrl: string = 'https://geniosms.net';

  /** What the phones dial before the country code; the vendor's own samples dial `00`. */
  @IsIn(['00', '+', ''])
  numberPrefix: '00' | '+' | '' = '00';

  /** As many parts as one text may cost; a longer one is refused before any call. */
  @IsInt()
  @Min(1)
  @Max(10)
  maxParts: number = 4;

  /**
   * Last part of the IPN address in the panel: `<PASSLANE_PUBLIC_URL>/receipts/<account>/<callbackSecret>`. IPNs are
   * not signed, so nothing else proves them. Without it the account takes none.
   */
  @IfSet()
  @Matches(/^[\w-]{16,}$/, { message: 'must have 16 letters, digits, - or _ or more' })
  callbackSecret?: string;
}
