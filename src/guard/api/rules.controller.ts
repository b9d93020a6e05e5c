import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import type { NamedQuery } from '../../named/named.service.js';
import { Endpoint } from '../../shared/endpoint.js';
import {
  createSchema,
  listSchema,
  patchSchema,
  ruleAnswerSchema,
  rulePageSchema,
  type RuleBody,
  type RulePatch,
} from './rule.schema.js';
import { RuleService } from './rule.service.js';

/** Who says what an application sends says how much of it, too. */
const scope = 'profiles';
const response = ruleAnswerSchema;
const problems = { 401: 'No key', 403: 'The key lacks the scope', 422: 'A rule is broken; `errors` names the field' };
const changing = { ...problems, 404: 'Unknown id', 409: 'Declared in the configuration file: read only' };
const deleting = 'Delete a limit; take back what was said about a rule of the guard’s own';

/** Limits, and how the guard's own rules work. A change counts in all processes within a second. */
@ApiTags('guard')
@Controller('v1/rules')
export class RulesController {
  constructor(private readonly rules: RuleService) {}

  @Post()
  @Endpoint({ summary: 'Create a limit', scope, body: createSchema, response, status: 201, problems })
  create(@Req() request: FastifyRequest, @Body() body: RuleBody) {
    return this.rules.create(callerOf(request), body);
  }

  @Get()
  @Endpoint({ summary: 'List rules by name', scope, query: listSchema, response: rulePageSchema, problems })
  list(@Req() request: FastifyRequest, @Query() query: NamedQuery) {
    return this.rules.list(callerOf(request), query);
  }

  @Get(':id')
  @Endpoint({ summary: 'One rule', scope, response, problems: changing })
  get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.rules.get(callerOf(request), id);
  }

  @Patch(':id')
  @Endpoint({ summary: 'Change a rule', scope, body: patchSchema, response, problems: changing })
  patch(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RulePatch) {
    return this.rules.patch(callerOf(request), id, body);
  }

  @Delete(':id')
  @Endpoint({ summary: deleting, scope, status: 204, problems: changing })
  delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    return this.rules.delete(callerOf(request), id);
  }
}
