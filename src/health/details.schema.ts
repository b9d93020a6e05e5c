import { CHANNELS } from '../providers/contract.js';

const state = { type: 'string', enum: ['up', 'down'] };

export const healthDetailsSchema = {
  type: 'object',
  properties: {
    redis: state,
    queue: state,
    accounts: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          use: { type: 'string', description: 'The provider' },
          channels: { type: 'array', items: { type: 'string', enum: CHANNELS } },
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
