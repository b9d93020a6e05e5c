import { CHANNELS } from '../providers/contract.js';

const state = { type: 'string', enum: ['up', 'down'] };
const text = { type: 'string', nullable: true };
const integer = { type: 'integer', nullable: true };
const age = {
  type: 'number',
  nullable: true,
  description: 'How long the oldest message waits; null while Redis is away',
};

export const healthDetailsSchema = {
  type: 'object',
  properties: {
    redis: state,
    redis_server: {
      type: 'object',
      nullable: true,
      description:
        'How Redis is set up, of a cluster the primary that is set up worst; null while it is away, and what it does not tell is null',
      properties: {
        version: text,
        mode: { ...text, description: 'standalone, sentinel, cluster' },
        role: text,
        replicas: integer,
        append_only: { type: 'boolean', nullable: true },
        append_fsync: { ...text, description: 'always, everysec, no' },
        eviction_policy: text,
        used_memory: { ...integer, description: 'Bytes' },
        max_memory: { ...integer, description: 'Bytes; 0 is no limit' },
      },
    },
    queue: state,
    queue_age_seconds: age,
    event_loop_late_ms: {
      type: 'integer',
      description: 'Of the process that answers: how late its event loop comes round, the best of the last second',
    },
    accounts: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          use: { type: 'string', description: 'The provider' },
          channels: { type: 'array', items: { type: 'string', enum: CHANNELS } },
          queue_age_seconds: age,
          resting: {
            type: 'boolean',
            description: 'Failed too often in the process that answers: messages take the next account for a while',
          },
          balance: {
            type: 'object',
            nullable: true,
            description:
              'What is left at the vendor, at most a minute old; null where it does not tell or has failed to',
            properties: {
              amount: { type: 'number' },
              currency: { type: 'string', nullable: true },
              at: { type: 'string', format: 'date-time' },
            },
          },
          balance_error: { type: 'string', nullable: true, description: 'Kind of the failure to ask for it' },
        },
      },
    },
  },
};
