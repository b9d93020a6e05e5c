import { afterAll, beforeAll, expect } from '@jest/globals';
import { peer } from '../peers/geniq.js';
import { GeniqVendor, type Taken } from '../peers/geniq-vendor.js';
import { freshNumber } from './api.js';
import { Gateway } from './gateway.js';
import { basic, GeniqDoor, type DoorAnswer } from './geniq-door.js';
import { TestRedis } from './redis.js';
import { configuration, LIVE_KEY, Service } from './service.js';
import { until } from './wait.js';

/** An application with one live key. */
export const application = (id: string, token: string, more: { key?: object; limits?: object } = {}): object => ({
  keys: [{ id, token, mode: 'live', scopes: ['verifications'], ...more.key }],
  ...(more.limits && { limits: more.limits }),
});

/** A service with GENIQ's door, and GENIQ itself behind it. */
export class GeniqDoorBench {
  redis: TestRedis;
  service: Service;
  /** As the holder of the live key. */
  door: GeniqDoor;
  private readonly vendor = new GeniqVendor();
  private gateway: Gateway;

  /** For the top of a spec file. */
  static use(applications: Record<string, object> = {}): GeniqDoorBench {
    const bench = new GeniqDoorBench();
    beforeAll(() => bench.start(applications));
    afterAll(() => bench.stop());
    return bench;
  }

  tokenFor(id: string, secret: string): Promise<DoorAnswer> {
    return new GeniqDoor(this.service.url, basic(id, secret)).call('POST', 'token');
  }

  /** With a token for this key. */
  async enter(id: string, secret: string): Promise<GeniqDoor> {
    const { status, body } = await this.tokenFor(id, secret);
    expect([status, body.responseCode]).toEqual([200, '0']);
    return new GeniqDoor(this.service.url, `Bearer ${body.token}`);
  }

  sentTo(recipient: string): Taken[] {
    return this.vendor.taken.filter(({ fields }) => fields.recipient === recipient);
  }

  /** Starts one and waits for its message. */
  async started(fields: Record<string, string> = {}) {
    const recipient = freshRecipient();
    const answer = await this.door.verify(recipient, fields);
    expect([answer.status, answer.body.responseCode]).toEqual([200, '0']);
    const id = answer.body.messageIds[0]!;
    const sms = await until('the SMS', () => this.sentTo(recipient)[0]);
    const message = String(sms.fields.message);
    return { recipient, answer, id, sms, message, code: /\d{6,8}/.exec(message)![0] };
  }

  private async start(applications: Record<string, object>): Promise<void> {
    this.redis = await TestRedis.start();
    this.gateway = await Gateway.start();
    this.gateway.behaviour = this.vendor.behaviour;
    const main = { use: 'geniq', settings: peer.settings(this.gateway.url) };
    const routes = { sms: { default: ['main', 'sandbox'] } };
    const config = configuration({ main }, { routes, doors: { geniq: true } });
    const all = { ...(config.applications as object), ...applications };
    this.service = await Service.start({ redisUrl: this.redis.url, config: { ...config, applications: all } });
    this.door = await this.enter('shop-live', LIVE_KEY);
  }

  private async stop(): Promise<void> {
    await this.service.stop();
    await this.gateway.stop();
    await this.redis.stop();
  }
}

/** A number as GENIQ writes it. */
export const freshRecipient = (): string => freshNumber().slice(1);

export const answered = async (answer: Promise<DoorAnswer>): Promise<[status: number, code: string]> => {
  const { status, body } = await answer;
  return [status, body.responseCode];
};
