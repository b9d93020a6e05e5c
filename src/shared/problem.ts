/** One wrong field of a request: where it stands (`channels.0.wait`) and what would be right. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An answer other than success, with a code that callers may rely on (RFC 9457). The only error that people see. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly extra: {
      readonly errors?: readonly FieldError[];
      /** Seconds until a repeat makes sense. */
      readonly retryAfter?: number;
      /** Name of the limit that refused. */
      readonly limit?: string;
    } = {},
  ) {
    super(detail);
  }
}

export const validationFailed = (errors: readonly FieldError[]): Problem =>
  new Problem(422, 'validation_failed', 'The request is not valid', errors.map(sentence).join('; '), { errors });

const sentence = ({ field, message }: FieldError): string => `${field}: ${message}`;

export const unsupportedMediaType = new Problem(
  415,
  'unsupported_media_type',
  'Unsupported media type',
  'Send application/json.',
);

export const notFound = (what: string): Problem => new Problem(404, 'not_found', 'Not found', `No such ${what}.`);

/** @param what only the file may change */
export const readOnly = (what: string): Problem =>
  new Problem(409, 'read_only', 'Read only', `This ${what} is declared in the configuration file.`);

export const unavailable = (): Problem =>
  new Problem(503, 'unavailable', 'Temporarily unavailable', 'The service cannot reach its data. Try again.', {
    retryAfter: 1,
  });
