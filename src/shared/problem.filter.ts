import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ErrorObject } from 'ajv';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { browserHeaders } from './http-server.js';
import type { JsonSchema } from './json-schema.js';
import { Problem, unavailable, unsupportedMediaType, validationFailed } from './problem.js';
import { fieldErrors } from './validator.js';

/** The faults of a request that Fastify itself finds, before a route is asked. */
const BY_FASTIFY_CODE: Record<string, Problem> = {
  FST_ERR_CTP_INVALID_JSON_BODY: new Problem(400, 'malformed_json', 'Malformed JSON', 'The body is not valid JSON.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: new Problem(400, 'malformed_json', 'Malformed JSON', 'The body is empty.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: unsupportedMediaType,
  FST_ERR_CTP_BODY_TOO_LARGE: new Problem(413, 'body_too_large', 'Body too large', 'A body may have 32 KB.'),
  FST_ERR_BAD_URL: new Problem(400, 'bad_request', 'Bad request', 'The address is not valid.'),
  FST_ERR_MAX_PARAM_LENGTH: new Problem(414, 'uri_too_long', 'Address too long', 'No id is as long as this one.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new Problem(400, 'bad_request', 'Bad request', 'Content-Length is wrong.'),
};

/** What ioredis and its socket say when Redis is away, hung, starting or failing over. */
const REDIS_AWAY =
  /Connection is closed|Stream isn't writeable|Command timed out|max retries per request|ECONNREFUSED|ECONNRESET|EPIPE|Cluster (isn't ready|is ended)|Cluster redirections|startup nodes|slots cache|connection close|sentinels are unreachable|^(LOADING|MASTERDOWN|READONLY|NOREPLICAS|MISCONF|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|UNBLOCKED)/i;

interface FastifyFault extends Error {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: ErrorObject[];
  readonly validationContext?: string;
}

/** How problems look below one prefix: that of another product whose API it imitates. */
export interface ErrorFace {
  /** What such addresses begin with, with its last slash. */
  readonly prefix: string;
  readonly type: string;
  /** Of its bodies, for OpenAPI. */
  readonly schema: JsonSchema;
  write(problem: Problem, request: FastifyRequest): { readonly status: number; readonly body: object };
}

/** The one way by which errors leave: code → status → body (RFC 9457, or as a face has it). Nobody sees a stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly faces: readonly ErrorFace[],
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // Terminus has a shape of its own for "not ready", which probes and people know.
    if (error instanceof HttpException && request.url.startsWith('/health/')) {
      reply.status(error.getStatus()).header('retry-after', '1').send(error.getResponse());
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500) {
      const { name, message, stack } = error as Error;
      this.logger.error(
        { request_id: request.id, name, error: problem.status === 503 ? message : stack },
        'request failed',
      );
    }
    sendProblem(request, reply, problem, this.faces);
  }
}

/** What the router itself refuses, before any hook and any filter. */
export const refuseAddress =
  (faces: readonly ErrorFace[]) =>
  (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    reply.header('x-request-id', request.id).headers(browserHeaders);
    sendProblem(request, reply, toProblem(error), faces);
  };

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Nest hands on what Fastify finds as an exception of its own.
  const fault = (error instanceof HttpException && error.cause ? error.cause : error) as FastifyFault;
  if (fault.validation) {
    const whole = fault.validationContext === 'querystring' ? 'query' : 'body';
    return validationFailed(fieldErrors(fault.validation, whole));
  }
  const known = fault.code === undefined ? undefined : BY_FASTIFY_CODE[fault.code];
  if (known) return known;
  const status = error instanceof HttpException ? error.getStatus() : (fault.statusCode ?? 500);
  if (status === 404) return new Problem(404, 'not_found', 'Not found', 'There is nothing at this address.');
  if (status >= 400 && status < 500)
    return new Problem(status, 'bad_request', 'Bad request', 'The request cannot be read.');
  if (REDIS_AWAY.test(fault.message)) return unavailable();
  return new Problem(500, 'internal', 'Internal error', 'Something went wrong on our side.');
}

/** Answers with a problem, in the words of the face whose address it is. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  faces: readonly ErrorFace[],
): void {
  const face = faces.find(({ prefix }) => request.url.startsWith(prefix));
  const { status, body } = face?.write(problem, request) ?? {
    status: problem.status,
    body: bodyOf(problem, request.id),
  };
  const { retryAfter } = problem.extra;
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply
    .status(status)
    .type(face?.type ?? 'application/problem+json')
    .serializer(JSON.stringify)
    .send(body);
}

/** RFC 9457, section 3, with what we add. */
export const bodyOf = ({ status, code, title, detail, extra }: Problem, requestId: string) => ({
  type: `urn:passlane:problem:${code}`,
  title,
  status,
  detail,
  code,
  errors: extra.errors,
  limit: extra.limit,
  request_id: requestId,
});
