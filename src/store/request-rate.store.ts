import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { loadScript, run } from './script.js';

const countRequest = loadScript('count_request');

export interface RequestRate {
  /** Requests in the present window, with this one. */
  readonly count: number;
  readonly endsInMs: number;
}

/** How often each key has asked, over all processes: `pl:{rq:<application>/<key>}:<what>`, as long as the window. */
@Injectable()
export class RequestRateStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** @param counts false only to look */
  async count(what: string, caller: RequestCaller, windowMs: number, counts: boolean): Promise<RequestRate> {
    const key = `pl:{rq:${caller.application}/${caller.keyId}}:${what}`;
    const [count, endsInMs] = (await run(this.redis, countRequest, [key], [windowMs, counts ? 1 : 0])) as [
      number,
      number,
    ];
    return { count, endsInMs };
  }
}

interface RequestCaller {
  readonly application: string;
  readonly keyId: string;
}
