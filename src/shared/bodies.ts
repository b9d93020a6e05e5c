import { parse } from 'node:querystring';
import type { FastifyInstance, FastifyRequest, preValidationHookHandler, RouteOptions } from 'fastify';
import type { JsonSchema } from './json-schema.js';
import { unsupportedMediaType, validationFailed } from './problem.js';
import { isTooMuch, MOST_DEPTH, MOST_VALUES } from './too-much.js';

/** The media type of HTML forms. */
export const FORM = 'application/x-www-form-urlencoded';

/** Where there is nothing to send, `{}` may come as well. */
const NOTHING: JsonSchema = { type: ['object', 'null'], additionalProperties: false };

/** JSON only; but routes that ask for it get any body as text, or take forms as well. */
export function parseBodies(fastify: FastifyInstance): void {
  const json = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (request.routeOptions.config.rawBody) done(null, body);
    else if (isNothing(request, body)) done(null);
    else void json(request, body, done);
  });
  fastify.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    const { config } = request.routeOptions;
    if (config.rawBody) done(null, body);
    else if (config.form && isForm(request.headers['content-type'])) done(null, parse(body));
    else if (isNothing(request, body)) done(null);
    else done(unsupportedMediaType);
  });
  fastify.addHook('preValidation', refuseTooMuch);
  fastify.addHook('preValidation', joinFields);
  fastify.addHook('onRoute', refuseFields);
}

/** Clients that always name a type, whichever, also name it where there is nothing to send. */
function isNothing({ routeOptions }: FastifyRequest, body: string): boolean {
  const schema = routeOptions.schema?.body as JsonSchema | undefined;
  return body === '' && (!schema || [schema.type].flat().includes('null'));
}

/** Our own API takes no field that it does not know, so that nobody takes what is ignored for done. Doors have ways of their own. */
function refuseFields(route: RouteOptions): void {
  if (route.method === 'POST' && route.url.startsWith('/v1/')) route.schema = { body: NOTHING, ...route.schema };
}

const refuseTooMuch: preValidationHookHandler = ({ body }, _reply, done) => {
  if (!isTooMuch(body)) done();
  else
    done(validationFailed([{ field: 'body', message: `must hold at most ${MOST_VALUES} values, ${MOST_DEPTH} deep` }]));
};

const isForm = (type = ''): boolean => type.split(';')[0]?.trim().toLowerCase() === FORM;

/** What came as a form is validated and read as more of the query, so that both ways are one. */
const joinFields: preValidationHookHandler = (request, _reply, done) => {
  if (request.routeOptions.config.form) request.query = { ...(request.query as object), ...(request.body as object) };
  done();
};
