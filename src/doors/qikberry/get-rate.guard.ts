import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { Problem } from '../../shared/problem.js';
import { RequestRateStore } from '../../store/request-rate.store.js';

/** The platform's figure, for all GET requests of a key together; it names none for others. */
const MOST = 1_000;
const WINDOW_MS = 60_000;

/** Counts what is asked by GET, whatever becomes of it; every answer tells how much is left. */
@Injectable()
export class GetRateGuard implements CanActivate {
  constructor(private readonly rates: RequestRateStore) {}

  /** @throws Problem 429 */
  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // A HEAD is answered by what a GET would do.
    const counts = request.method === 'GET' || request.method === 'HEAD';
    const { count, endsInMs } = await this.rates.count('get', callerOf(request), WINDOW_MS, counts);
    reply.header('x-ratelimit-limit', String(MOST));
    reply.header('x-ratelimit-remaining', String(Math.max(MOST - count, 0)));
    if (!counts || count <= MOST) return true;
    const detail = `A key may make ${MOST} GET requests in a minute.`;
    const retryAfter = Math.max(1, Math.ceil(endsInMs / 1_000));
    throw new Problem(429, 'rate_limited', 'Too many requests', detail, { retryAfter, limit: 'gets_per_key' });
  }
}
