import type { JsonSchema } from '../../shared/json-schema.js';
import type { ErrorFace } from '../../shared/problem.filter.js';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['ERROR', 'Unauthenticated'] },
    code: { type: 'integer', description: 'The HTTP status' },
    message: { type: 'string', description: 'For people; names each wrong field' },
  },
};

/** Neither vendor shows the body of an error; what they show of a refused key is its word in `status`. */
export const platformFace: Omit<ErrorFace, 'prefix'> = {
  type: 'application/json',
  schema,
  write: ({ status, title, detail }) =>
    status === 401
      ? { status, body: { status: 'Unauthenticated', code: status, message: `Unauthenticated. ${detail}` } }
      : { status, body: { status: 'ERROR', code: status, message: detail || title } },
};
