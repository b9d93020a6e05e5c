import { expect } from '@jest/globals';
import type { Answer, Api } from './api.js';

export type Json = Record<string, unknown>;

let names = 0;

export const freshName = (): string => `name-${String(++names).padStart(3, '0')}`;

/** Status and fields of a 422. */
export const fieldsOf = ({ status, body }: Answer): unknown => [status, body.errors?.map(({ field }) => field)];

export const codeOf = ({ status, body }: Answer): unknown => [status, body.code];

/** What was answered, as what it is: not a verification. */
export const jsonOf = ({ body }: Answer) =>
  body as unknown as Json & { id: string; data: Json[]; next_cursor: string | null };

export async function make(api: Api, path: string, body: Json) {
  const answer = await api.post(path, body);
  expect(answer.status).toBe(201);
  return jsonOf(answer);
}
