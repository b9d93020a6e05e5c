import { createHmac } from 'node:crypto';
import { alphabets, type Alphabet } from './alphabets.js';
import { hmac } from './keyring.js';
import { totp } from './totp.js';

/** All that a code is a function of. None of it is secret but the key. */
export interface CodeRecipe {
  readonly verificationId: string;
  /** 1 for the first code of a verification, one more for each that replaces it. */
  readonly generation: number;
  /** When the code was issued, in Unix seconds: RFC 6238's T. */
  readonly issuedAt: number;
  /** Life in seconds: RFC 6238's time step X. */
  readonly ttl: number;
  /** 4 to 12 characters. */
  readonly length: number;
  readonly alphabet: Alphabet;
}

/** RFC 4226 truncates to 31 bits, which is not enough for more than eight digits. */
const LONGEST_TOTP = 8;

/** The code of a recipe, the same each time: a resend or another channel derives it again instead of storing it. */
export function makeCode(codeKey: Buffer, recipe: CodeRecipe): string {
  const secret = hmac(codeKey, `${recipe.verificationId}:${recipe.generation}`);
  const { issuedAt, ttl, length, alphabet } = recipe;
  return alphabet === 'digits' && length <= LONGEST_TOTP
    ? totp({ secret, at: issuedAt, step: ttl, digits: length })
    : sample(secret, Math.floor(issuedAt / ttl), alphabets[alphabet], length);
}

/** Draws characters without bias: bytes that would favour the first characters of the alphabet are thrown away. */
function sample(secret: Buffer, counter: number, characters: string, length: number): string {
  const limit = 256 - (256 % characters.length);
  let code = '';
  for (let block = 0; code.length < length; block++) {
    for (const byte of createHmac('sha256', secret).update(`${counter}:${block}`).digest()) {
      if (byte < limit && code.length < length) code += characters.charAt(byte % characters.length);
    }
  }
  return code;
}
