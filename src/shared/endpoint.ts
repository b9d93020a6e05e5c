import { applyDecorators, HttpCode } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { Scope } from '../config/config.js';
import { FORM } from './bodies.js';
import type { JsonSchema } from './json-schema.js';
import type { ErrorFace } from './problem.filter.js';

export interface EndpointOptions {
  readonly summary: string;
  /** `any` is any key's; without one the route is open. */
  readonly scope?: Scope | 'any';
  /** What is refused first under overload: a start, then reads (all that say nothing), last a check. */
  readonly load?: 'start' | 'check' | 'never';
  /** Parameters of the query that may carry the key too. */
  readonly queryKeys?: readonly string[];
  readonly body?: JsonSchema;
  readonly query?: JsonSchema;
  /** What stands in the query may also come as a form in the body. */
  readonly form?: boolean;
  /** Body of a success; none for an empty answer. */
  readonly response?: JsonSchema;
  /** Of a success; default 200. */
  readonly status?: number;
  /** Further statuses with the same body. */
  readonly also?: readonly number[];
  /** Statuses of problems, and when they are answered. */
  readonly problems?: Readonly<Record<number, string>>;
  /** How problems are written, where it is not as application/problem+json. */
  readonly face?: Pick<ErrorFace, 'type' | 'schema'>;
}

const problemSchema: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string', example: 'urn:passlane:problem:validation_failed' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, message: { type: 'string' } } },
    },
    request_id: { type: 'string' },
  },
};

/** One JSON schema is what requests are validated by, what answers are written by, and what OpenAPI shows. */
export function Endpoint(options: EndpointOptions): MethodDecorator {
  const { summary, scope, load, queryKeys, body, query, form, response, problems = {} } = options;
  const { status: success = 200, also = [] } = options;
  const { type, schema } = options.face ?? { type: 'application/problem+json', schema: problemSchema };
  const statuses = [success, ...also];
  return applyDecorators(
    HttpCode(success),
    RouteConfig({ scope, load, queryKeys, form }),
    RouteSchema({
      ...(body && { body }),
      ...(query && { querystring: query }),
      ...(response && { response: Object.fromEntries(statuses.map((status) => [status, response])) }),
    }),
    ApiOperation({ summary }),
    ...(scope ? [ApiBearerAuth()] : []),
    ...(body ? [ApiBody({ schema: body })] : []),
    ...queryDocs(query),
    ...(form ? [ApiConsumes(FORM)] : []),
    ...(form && query ? [ApiBody({ schema: query, required: false })] : []),
    ...statuses.map((status) => ApiResponse({ status, ...(response && { schema: response }) })),
    ...Object.entries(problems).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { [type]: { schema } },
      }),
    ),
  );
}

function queryDocs(query: JsonSchema | undefined): MethodDecorator[] {
  const properties = (query?.properties ?? {}) as Record<string, { description?: string }>;
  const required = (query?.required ?? []) as string[];
  return Object.entries(properties).map(([name, schema]) =>
    ApiQuery({ name, required: required.includes(name), schema, description: schema.description }),
  );
}
