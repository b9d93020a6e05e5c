import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Caller } from '../../applications/key-book.js';
import type { Page } from '../../applications/page.js';
import { notFound } from '../../shared/problem.js';
import { LOGGER } from '../../shared/tokens.js';
import { GuardStore, type Block } from '../../store/guard.store.js';
import type { BlockQuery } from './block.schema.js';

type BlockView = Omit<Block, 'since' | 'until'> & { readonly since: string; readonly until: string };

@Injectable()
export class BlockService {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: GuardStore,
  ) {}

  /** The newest first. */
  async list({ application }: Caller, { rule, limit, cursor }: BlockQuery): Promise<Page<BlockView>> {
    const found = (await this.store.blocks(application))
      .filter((block) => rule === undefined || block.rule === rule)
      .map((block) => ({ position: positionOf(block), view: viewOf(block) }))
      .sort((a, b) => (a.position > b.position ? -1 : 1))
      .filter(({ position }) => cursor === '' || position < cursor);
    const shown = found.slice(0, limit);
    return {
      data: shown.map(({ view }) => view),
      next_cursor: found.length > limit ? (shown.at(-1)?.position ?? null) : null,
    };
  }

  /** @throws Problem 404 */
  async lift({ application }: Caller, id: string): Promise<void> {
    if (!(await this.store.lift(application, id))) throw notFound('block');
    this.logger.info({ application, block: id }, 'block lifted');
  }
}

const positionOf = ({ since, id }: Block): string => `${since}:${id}`;

const viewOf = ({ since, until, ...block }: Block): BlockView => ({
  ...block,
  since: new Date(since).toISOString(),
  until: new Date(until).toISOString(),
});
