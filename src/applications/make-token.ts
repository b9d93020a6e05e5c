import { randomBytes } from 'node:crypto';
import type { Mode } from '../config/config.js';

const KEY = /^pl_(live|test)_[\w-]{43}$/;

/** A new key's token: 256 random bits, and in front what people and secret scanners recognise it by. */
export const makeToken = (mode: Mode): string => `pl_${mode}_${randomBytes(32).toString('base64url')}`;

/** Nothing else was made over the API, so Redis need not be asked for it. */
export const looksLikeKey = (token: string): boolean => KEY.test(token);
