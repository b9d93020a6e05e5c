import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { notFound, Problem, validationFailed } from '../../shared/problem.js';
import type { Brand } from './brand.js';
import { platformTime } from './texts.js';
import type { Subscription } from './webhook-settings.js';
import type { SubscriptionBody } from './webhooks.schema.js';
import { PlatformWebhooks } from './webhooks.service.js';

/** More than there are events: for those who subscribe twice. */
const MOST = 20;

/** Which events a webhook is told of. They are kept with it, so that they change and end with it. */
@Injectable()
export class PlatformSubscriptions {
  constructor(private readonly webhooks: PlatformWebhooks) {}

  /** @throws Problem 409, 422 */
  async create(caller: Caller, { event, identity, webhook_id }: SubscriptionBody, { events }: Brand) {
    if (!events.includes(event)) {
      throw validationFailed([{ field: 'event', message: `must be one of ${events.join(', ')}` }]);
    }
    const mine = await this.webhooks.own(caller.application);
    if (!mine.some(({ webhook }) => webhook.stored.id === webhook_id)) {
      throw validationFailed([{ field: 'webhook_id', message: 'is not a webhook of this application' }]);
    }
    // As the platform's they are whole numbers; one of two milliards is nobody else's.
    const made = { id: randomInt(1, 2 ** 31), event, identity, created_at: new Date().toISOString() };
    await this.webhooks.change(caller, webhook_id, (own) => {
      if (own.subscriptions.length >= MOST) {
        throw new Problem(409, 'too_many', 'Too many', `A webhook has ${MOST} subscriptions at most.`);
      }
      return { ...own, subscriptions: [...own.subscriptions, made] };
    });
    return viewOf(webhook_id, made);
  }

  async list({ application }: Caller) {
    return (await this.webhooks.own(application)).flatMap(({ webhook, own }) =>
      own.subscriptions.map((one) => viewOf(webhook.stored.id, one)),
    );
  }

  /** @throws Problem 404 */
  async view(caller: Caller, id: string) {
    const found = (await this.list(caller)).find((one) => String(one.id) === id);
    if (!found) throw notFound('subscription');
    return found;
  }

  /** @throws Problem 404 */
  async delete(caller: Caller, id: string): Promise<void> {
    const { webhook_id } = await this.view(caller, id);
    await this.webhooks.change(caller, webhook_id, (own) => ({
      ...own,
      subscriptions: own.subscriptions.filter((one) => String(one.id) !== id),
    }));
  }
}

const viewOf = (webhook_id: string, { id, event, identity, created_at }: Subscription) => ({
  id,
  event,
  identity,
  payload: null,
  webhook_id,
  created_at: platformTime(created_at),
});
