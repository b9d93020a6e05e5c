import { applyDecorators, Header } from '@nestjs/common';
import { Endpoint, type EndpointOptions } from '../../shared/endpoint.js';
import type { JsonSchema } from '../../shared/json-schema.js';
import { platformFace } from './face.js';

/** What most calls answer with; those about one verification answer flat. */
interface Envelope<T> {
  readonly status: 'OK';
  readonly code: 200;
  readonly message: string;
  readonly data: T;
}

export const enveloped = <T>(message: string, data: T): Envelope<T> => ({ status: 'OK', code: 200, message, data });

export const envelopeSchema = (data: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties: { status: { type: 'string' }, code: { type: 'integer' }, message: { type: 'string' }, data, ...more },
});

const PROBLEMS = { 401: 'No key, or one that is not known', 403: 'The key lacks the scope', 429: 'Too many requests' };

/** A route of the platform: its keys may come in the query, its errors have its face. Half its GETs change something. */
export const PlatformEndpoint = (options: Omit<EndpointOptions, 'face' | 'queryKeys'>): MethodDecorator =>
  applyDecorators(
    Header('cache-control', 'no-store'),
    Endpoint({
      ...options,
      queryKeys: ['access_token', 'api_key'],
      face: platformFace,
      problems: { ...PROBLEMS, ...options.problems },
    }),
  );
