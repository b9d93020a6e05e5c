import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Keyring } from '../codes/keyring.js';
import { open, seal } from '../codes/seal.js';
import { whereFound } from '../recipients/lookup.js';
import { Problem, unavailable } from '../shared/problem.js';
import { KEYRING } from '../shared/tokens.js';
import { CallStore } from '../store/call.store.js';
import { takeOut, type Apart } from './aside.js';
import { callOf, type Call } from './call.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on a POST with an Idempotency-Key that this process is to carry out. */
    call?: Call & { readonly run: number };
  }
}

interface Answer extends Apart {
  readonly status: number;
}

/** The name under which scripts remember the effect of this request; undefined where it has no Idempotency-Key. */
export const onceOf = ({ call }: FastifyRequest): string | undefined => call?.print;

/**
 * `Idempotency-Key` on every POST that needs a key of ours: the same call gets the first answer again, byte for byte.
 * Only successes are kept: what was refused may succeed the next time. The answer and the effect are two writes; calls
 * that must not happen twice remember their effect too, in its script (`onceOf`).
 */
@Injectable()
export class Idempotency {
  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly calls: CallStore,
  ) {}

  install(fastify: FastifyInstance): void {
    fastify.addHook('preHandler', (request, reply, done) => {
      const key = request.headers['idempotency-key'];
      if (key === undefined || request.method !== 'POST' || !request.credential) {
        done();
        return;
      }
      this.begin(request, reply, key).then((answered) => {
        if (!answered) done();
      }, done);
    });
    fastify.addHook('onSend', (request, reply, payload, done) => {
      if (!request.call) {
        done(null, payload);
        return;
      }
      // An answer that could not be kept is still the answer; the lease lets the call be made again.
      this.end(request.call, reply.statusCode, payload, request.params).then(
        () => {
          done(null, payload);
        },
        () => {
          done(null, payload);
        },
      );
    });
  }

  /** @returns true when it has been answered. @throws Problem 409, 422 */
  private async begin(request: FastifyRequest, reply: FastifyReply, key: string | string[]): Promise<boolean> {
    const { credential, url, body } = request;
    if (!credential) return false;
    const call = await whereFound(
      this.keyring,
      (lookup) => callOf(lookup, credential.caller, url, key, body),
      ({ name }) => this.calls.isKnown(name),
    );
    const claimed = await this.calls.claim(call.name, call.print);
    switch (claimed.kind) {
      case 'run':
        request.call = { ...call, run: claimed.run };
        return false;
      case 'answered': {
        const first = this.unseal(call, claimed.answer);
        const text = await this.whole(call, first);
        reply.status(first.status).type('application/json; charset=utf-8').send(text);
        return true;
      }
      case 'running':
        throw inProgress();
      case 'reused':
        throw reused();
    }
  }

  private async end(
    { name, print, run }: Call & { readonly run: number },
    status: number,
    payload: unknown,
    path: unknown,
  ): Promise<void> {
    if (status >= 300) {
      await this.calls.release(name, run, status < 500);
      return;
    }
    const whole = typeof payload === 'string' ? payload : '';
    const answer: Answer = { status, ...(whole === '' ? { body: '' } : takeOut(whole, path)) };
    const sealed = (text: string): string => seal(this.keyring, purposeOf(print), text);
    // First what an answer is not whole without.
    if (answer.verification !== undefined) await this.calls.keepAside(answer.verification, name, sealed(whole));
    await this.calls.keep(name, sealed(JSON.stringify(answer)));
  }

  private unseal({ print }: Call, sealed: string): Answer {
    const json = open(this.keyring, purposeOf(print), sealed);
    if (json === undefined) throw unavailable();
    return JSON.parse(json) as Answer;
  }

  /** Byte for byte as it was, unless what it told of a person has gone meanwhile. */
  private async whole({ name, print }: Call, { body, verification }: Answer): Promise<string> {
    if (verification === undefined) return body;
    const aside = await this.calls.aside(verification, name);
    return (aside === undefined ? undefined : open(this.keyring, purposeOf(print), aside)) ?? body;
  }
}

/** An answer opens for its own call alone. */
const purposeOf = (print: string): string => `answer ${print}`;

const inProgress = (): Problem =>
  new Problem(409, 'idempotency_in_progress', 'Still running', 'The first call with this key is still running.', {
    retryAfter: 1,
  });

const reused = (): Problem =>
  new Problem(422, 'idempotency_key_reused', 'Key used before', 'This key came before, with another body.', {
    errors: [{ field: 'idempotency-key', message: 'was used with another body' }],
  });
