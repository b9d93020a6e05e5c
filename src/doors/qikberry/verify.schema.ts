import type { JsonSchema } from '../../shared/json-schema.js';

const string: JsonSchema = { type: 'string' };
const nullable: JsonSchema = { type: ['string', 'null'] };
const time: JsonSchema = { type: 'string', description: 'YYYY-MM-DD HH:mm:ss, UTC' };

const answer = (words: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: { id: string, status: { type: 'string', enum: words } },
});

export const checkedSchema = answer(['success', 'failed', 'expired', 'invalid', 'OTP already verified']);
export const canceledSchema = answer(['success', 'failed']);

export const foundSchema: JsonSchema = {
  type: 'object',
  properties: {
    id: string,
    to: nullable,
    reference: nullable,
    status: { type: 'string', enum: ['sent', 'success', 'expired', 'failed', 'cancelled'] },
    created_at: time,
    expire_at: time,
    channels: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: string,
          to: nullable,
          from: nullable,
          channel: string,
          event_id: nullable,
          created_at: time,
          status: { type: 'string', enum: ['queued', 'sent', 'delivered', 'read', 'failed'] },
        },
      },
    },
  },
};
