import { isIP } from 'node:net';
import type { FormatDefinition } from 'ajv';
import { isRange } from '../config/ip-range.js';

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Checks that JSON schema knows by name only. */
export const formats: Readonly<Record<string, FormatDefinition<string>>> = {
  'ip-range': { type: 'string', validate: isRange },
  ip: { type: 'string', validate: (value) => isIP(value) !== 0 },
  'date-time': { type: 'string', validate: (value) => RFC_3339.test(value) && !Number.isNaN(Date.parse(value)) },
};
