import { parse } from 'node:querystring';
import type { FastifyInstance, preValidationHookHandler } from 'fastify';
import { unsupportedMediaType } from './problem.js';

/** The media type of HTML forms. */
export const FORM = 'application/x-www-form-urlencoded';

/** JSON only; but routes that ask for it get any body as text, or take forms as well. */
export function parseBodies(fastify: FastifyInstance): void {
  const json = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { config, schema } = request.routeOptions;
    if (config.rawBody) done(null, body);
    // Clients that always name a type also name it where there is nothing to send.
    else if (body === '' && !schema?.body) done(null);
    else void json(request, body, done);
  });
  fastify.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    const { config } = request.routeOptions;
    if (config.rawBody) done(null, body);
    else if (config.form && isForm(request.headers['content-type'])) done(null, parse(body));
    else done(unsupportedMediaType);
  });
  fastify.addHook('preValidation', joinFields);
}

const isForm = (type = ''): boolean => type.split(';')[0]?.trim().toLowerCase() === FORM;

/** What came as a form is validated and read as more of the query, so that both ways are one. */
const joinFields: preValidationHookHandler = (request, _reply, done) => {
  if (request.routeOptions.config.form) request.query = { ...(request.query as object), ...(request.body as object) };
  done();
};
