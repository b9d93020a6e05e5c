import { Controller, Delete, Get, Param, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { Endpoint } from '../../shared/endpoint.js';
import { blockPageSchema, listSchema, type BlockQuery } from './block.schema.js';
import { BlockService } from './block.service.js';

const scope = 'profiles';
const problems = { 401: 'No key', 403: 'The key lacks the scope', 422: '`errors` names the wrong fields' };

/** What the guard has found to be too much, until when. */
@ApiTags('guard')
@Controller('v1/blocks')
export class BlocksController {
  constructor(private readonly blocks: BlockService) {}

  @Get()
  @Endpoint({
    summary: 'Blocks in force, the newest first',
    scope,
    query: listSchema,
    response: blockPageSchema,
    problems,
  })
  list(@Req() request: FastifyRequest, @Query() query: BlockQuery) {
    return this.blocks.list(callerOf(request), query);
  }

  @Delete(':id')
  @Endpoint({
    summary: 'Lift a block',
    scope,
    status: 204,
    problems: { ...problems, 404: 'None with this id in force' },
  })
  lift(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    return this.blocks.lift(callerOf(request), id);
  }
}
