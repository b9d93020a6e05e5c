import type { FastifyRequest } from 'fastify';
import type { JsonSchema } from '../../shared/json-schema.js';
import { envelopeSchema, enveloped } from './envelope.js';

/** What all lists take. */
export interface ListQuery {
  readonly page: number;
  readonly per_page: number;
}

export const listQuery = (filters: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: {
    ...Object.fromEntries(filters.map((name) => [`filter[${name}]`, { type: 'string', maxLength: 64 }])),
    page: { type: 'integer', minimum: 1, maximum: 10_000, default: 1 },
    per_page: { type: 'integer', minimum: 1, maximum: 100, default: 15 },
  },
});

const nullable: JsonSchema = { type: ['string', 'null'] };
const number: JsonSchema = { type: 'integer' };
const maybeNumber: JsonSchema = { type: ['integer', 'null'] };

export const listSchema = (item: JsonSchema): JsonSchema =>
  envelopeSchema(
    { type: 'array', items: item },
    {
      links: { type: 'object', properties: { first: nullable, last: nullable, prev: nullable, next: nullable } },
      meta: {
        type: 'object',
        properties: {
          current_page: number,
          from: maybeNumber,
          last_page: number,
          links: {
            type: 'array',
            items: {
              type: 'object',
              properties: { url: nullable, label: { type: 'string' }, active: { type: 'boolean' } },
            },
          },
          path: { type: 'string' },
          per_page: number,
          to: maybeNumber,
          total: number,
        },
      },
    },
  );

/**
 * One page of a whole list, with the ways to the others. They keep the filters.
 * @param path the list's own address, without a query
 */
export function listed<T>(message: string, all: readonly T[], path: string, query: ListQuery) {
  const { page, per_page } = query;
  const before = (page - 1) * per_page;
  const data = all.slice(before, before + per_page);
  const last = Math.max(1, Math.ceil(all.length / per_page));
  const urlOf = (to: number): string | null => (to >= 1 && to <= last ? `${path}?${queryOf(query, to)}` : null);
  const pages = Array.from({ length: last }, (_, i) => i + 1);
  return {
    ...enveloped(message, data),
    links: { first: urlOf(1), last: urlOf(last), prev: urlOf(page - 1), next: urlOf(page + 1) },
    meta: {
      current_page: page,
      from: data.length > 0 ? before + 1 : null,
      last_page: last,
      links: pages.map((to) => ({ url: urlOf(to), label: String(to), active: to === page })),
      path,
      per_page,
      to: data.length > 0 ? before + data.length : null,
      total: all.length,
    },
  };
}

/** Of the request's own list, where the caller has found it: whoever follows links sends the key there. */
export const addressOf = ({ protocol, host, routeOptions }: FastifyRequest): string =>
  `${protocol}://${host}${routeOptions.url ?? ''}`;

/** Not all of the query: a key may stand in it. */
function queryOf(query: ListQuery, page: number): string {
  const kept = Object.entries(query).filter(([name]) => name === 'per_page' || name.startsWith('filter['));
  return new URLSearchParams([
    ...kept.map(([name, value]) => [name, String(value)]),
    ['page', String(page)],
  ]).toString();
}
