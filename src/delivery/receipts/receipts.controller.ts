import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Accounts } from '../../providers/accounts.js';
import { ReceiptRefused, type Provider, type Receipt, type ReceiptRequest } from '../../providers/contract.js';
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
  post(@Param('account') account: string, @Req() request: FastifyRequest) {
    return this.take(account, request);
  }

  @Get(['', '*'])
  get(@Param('account') account: string, @Req() request: FastifyRequest) {
    return this.take(account, request);
  }

  /** 200 for everything authentic, known or not: a vendor that gets an error sends it again and again. */
  private async take(account: string, request: FastifyRequest): Promise<typeof TAKEN> {
    const provider = this.accounts.find(account)?.provider;
    if (!provider?.parseReceipt) throw notFound('account that takes receipts');
    for (const receipt of parse(provider, toReceiptRequest(account, request))) {
      await this.receipts.take(account, receipt);
    }
    return TAKEN;
  }
}

function parse(provider: Provider, request: ReceiptRequest): Receipt[] {
  try {
    return provider.parseReceipt?.(request) ?? [];
  } catch (error) {
    if (!(error instanceof ReceiptRefused)) throw error;
    throw new Problem(401, 'unauthorized', 'Not authenticated', 'This is not a receipt of this account.');
  }
}

function toReceiptRequest(account: string, request: FastifyRequest): ReceiptRequest {
  const { method, headers, url, query, body } = request;
  const path = (url.split('?')[0] ?? '').slice(`/receipts/${account}`.length).replace(/^\//, '');
  return { method, headers, path, query: query as Record<string, string>, body: typeof body === 'string' ? body : '' };
}
