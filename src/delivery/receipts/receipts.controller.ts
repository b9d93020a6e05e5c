import { Controller, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Accounts } from '../../providers/accounts.js';
import { ReceiptRefused, type ReceiptRequest } from '../../providers/contract.js';
import { notFound, Problem } from '../../shared/problem.js';
import { ReceiptService } from './receipt.service.js';

const TAKEN = { status: 'ok' };

/** Providers' callbacks. Authenticated by the provider's own means, so they need no key of ours. */
@ApiExcludeController()
@Controller('receipts/:account')
export class ReceiptsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly receipts: ReceiptService,
  ) {}

  @Post(['', '*'])
  @HttpCode(200)
  @RouteConfig({ rawBody: true })
  async post(
    @Param('account') account: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.take(account, request, reply);
  }

  @Put(['', '*'])
  @RouteConfig({ rawBody: true })
  async put(
    @Param('account') account: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.take(account, request, reply);
  }

  @Get(['', '*'])
  async get(
    @Param('account') account: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.take(account, request, reply);
  }

  /** 200 for everything authentic, known or not: a vendor that gets an error sends it again and again. */
  private async take(account: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const provider = this.accounts.find(account)?.provider;
    if (!provider?.parseReceipt) throw notFound('account that takes receipts');
    const callback = toReceiptRequest(account, request);
    const challenge = orRefused(403, () => provider.challenge?.(callback));
    if (challenge) {
      reply.type(challenge.type).send(challenge.body);
      return;
    }
    for (const receipt of orRefused(401, () => provider.parseReceipt?.(callback)) ?? []) {
      await this.receipts.take(account, receipt);
    }
    reply.send(TAKEN);
  }
}

/** Whoever asks with a wrong word whether this address is ours is told no; a receipt that proves nothing is a stranger's. */
function orRefused<T>(status: 401 | 403, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ReceiptRefused)) throw error;
    if (status === 403)
      throw new Problem(403, 'forbidden', 'Not allowed', 'This is not a question of this account’s vendor.');
    throw new Problem(401, 'unauthorized', 'Not authenticated', 'This is not a receipt of this account.');
  }
}

function toReceiptRequest(account: string, request: FastifyRequest): ReceiptRequest {
  const { method, headers, url, query, body } = request;
  const path = (url.split('?')[0] ?? '').slice(`/receipts/${account}`.length).replace(/^\//, '');
  return { method, headers, path, query: query as Record<string, string>, body: typeof body === 'string' ? body : '' };
}
