import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { Endpoint } from '../../shared/endpoint.js';
import {
  createSchema,
  entryAnswerSchema,
  entryPageSchema,
  listSchema,
  type EntryBody,
  type EntryQuery,
} from './list.schema.js';
import { ListService } from './list.service.js';

const scope = 'profiles';
const response = entryAnswerSchema;
const problems = { 401: 'No key', 403: 'The key lacks the scope', 422: '`errors` names the wrong fields' };
const creating = { ...problems, 409: 'The lists are full' };
const naming = { ...problems, 404: 'Unknown id' };

/** Who is always sent to, and who never is. A change counts in all processes within a second. */
@ApiTags('guard')
@Controller('v1/lists')
export class ListsController {
  constructor(private readonly lists: ListService) {}

  @Post()
  @Endpoint({
    summary: 'Put a number, prefix or address range on a list; 200 when it is there: reason and expiry are changed',
    scope,
    body: createSchema,
    response,
    status: 201,
    also: [200],
    problems: creating,
  })
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: EntryBody,
  ) {
    const { created, view } = await this.lists.create(callerOf(request), body);
    if (!created) reply.status(200);
    return view;
  }

  @Get()
  @Endpoint({ summary: 'List entries', scope, query: listSchema, response: entryPageSchema, problems })
  list(@Req() request: FastifyRequest, @Query() query: EntryQuery) {
    return this.lists.list(callerOf(request), query);
  }

  @Get(':id')
  @Endpoint({ summary: 'One entry', scope, response, problems: naming })
  get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.lists.get(callerOf(request), id);
  }

  @Delete(':id')
  @Endpoint({ summary: 'Take an entry off its list', scope, status: 204, problems: naming })
  delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    return this.lists.delete(callerOf(request), id);
  }
}
