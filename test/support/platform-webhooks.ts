import { setTimeout as sleep } from 'node:timers/promises';
import { report } from './failover.js';
import { behaviours, Gateway, type Behaviour, type Received } from './gateway.js';
import { freshDigits, OpenDoors, type Platform } from './platform-door.js';
import { LIVE_KEY, OTHER_KEY, READ_KEY, TEST_KEY } from './service.js';
import { until } from './wait.js';

type Json = Record<string, unknown>;
type Message = Received & { readonly json: { event: string; payload: Record<string, string | null> } };

export const DELIVERED = 'sms:message:status';

/** Webhooks of the platform's door, and who receives them. */
export class Hooks {
  /** What the receiver does at each of its paths, where that is not to take everything. */
  readonly at = new Map<string, Behaviour>();
  readonly api: Platform;
  private paths = 0;

  private constructor(
    readonly doors: OpenDoors,
    readonly receiver: Gateway,
  ) {
    this.api = doors.as();
    receiver.behaviour = (received, response) => {
      (this.at.get(pathOf(received)) ?? behaviours.answers(200))(received, response);
    };
  }

  static async start(): Promise<Hooks> {
    const scopes = ['verifications', 'profiles', 'pii:read', 'webhooks'];
    const key = (id: string, token: string, more = scopes, mode = 'live') => ({ id, token, mode, scopes: more });
    const masked = key('masked', READ_KEY, ['verifications', 'webhooks']);
    const doors = await OpenDoors.start({
      webhooks: { allow: ['127.0.0.1'], allow_http: true },
      applications: {
        shop: { keys: [key('shop-live', LIVE_KEY), masked, key('shop-test', TEST_KEY, scopes, 'test')], limits: 'off' },
        other: { keys: [key('other-live', OTHER_KEY)], limits: 'off' },
      },
    });
    return new Hooks(doors, await Gateway.start());
  }

  async stop(): Promise<void> {
    await this.doors.stop();
    await this.receiver.stop();
  }

  /** A webhook at a path of its own, with these subscriptions. */
  async webhook(body: Json = {}, events: string[] = [DELIVERED], as = this.api) {
    const path = `/hook${++this.paths}`;
    const made = await as.post('developer/webhooks', { name: 'a hook', uri: this.receiver.url + path, ...body });
    if (made.status !== 200) throw new Error(made.text);
    const { id } = made.body.data;
    const subscriptions: string[] = [];
    for (const event of events) {
      const { body: subscribed } = await as.post('developer/subscriptions', { event, identity: 'all', webhook_id: id });
      subscriptions.push(subscribed.data.id);
    }
    return { id, path, subscriptions };
  }

  receivedAt(path: string): Message[] {
    return this.receiver.received
      .filter((received) => pathOf(received) === path)
      .map((received) => ({ ...received, json: JSON.parse(received.text) as Message['json'] }));
  }

  /** What was told of one message. A challenge tells of none. */
  about(path: string, to: string): Message | undefined {
    const reports = this.receivedAt(path).filter(({ json }) => 'payload' in json);
    return reports.find(({ json: { payload } }) => payload.mobile === to || payload.to === to);
  }

  /** A message that is delivered. @returns its number */
  async delivered(payload?: Json, channels?: Json[]): Promise<string> {
    const to = freshDigits();
    const { body } = await this.api.send(to, channels, payload);
    await report(await this.doors.message(body.id, to), 'DELIVRD');
    return to;
  }

  /** The report of a message. What is changed over the API is known where webhooks are sent a little later. */
  async reportAt(path: string, payload?: Json, channels?: Json[]): Promise<Message> {
    return until(
      `a report at ${path}`,
      async () => {
        const to = await this.delivered(payload, channels);
        return until('one', () => this.about(path, to), 2_000).catch(() => undefined);
      },
      30_000,
    );
  }

  /** Messages are sent until one is told of to others only. */
  async silence(path: string, control: string): Promise<void> {
    await until(
      `silence at ${path}`,
      async () => {
        const to = await this.delivered();
        await until('the others', () => this.about(control, to));
        // The others may have been first.
        await sleep(200);
        return this.about(path, to) === undefined;
      },
      30_000,
    );
  }

  /** The one event that waits for another attempt, and when it is due: not while its time is now. */
  async waiting(id: string): Promise<{ entry: string; due: number }> {
    const [entry = '', due] = await until('a failed attempt', async () => {
      const pair = await this.doors.redis.client.zrange(`pl:{ev:shop}:wr:${id}`, '0', '0', 'WITHSCORES');
      return Number(pair[1]) > NOW && pair;
    });
    return { entry, due: Number(due) };
  }

  /** Its time comes now. */
  async hurry(id: string, entry: string): Promise<void> {
    await this.doors.redis.client.zadd(`pl:{ev:shop}:wr:${id}`, NOW, entry);
    await this.doors.redis.client.hincrby('pl:{ev:shop}:wh', 'version', 1);
  }
}

const NOW = 1;

const pathOf = ({ url }: Received): string => url.split('?')[0] ?? '';
