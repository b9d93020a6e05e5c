import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import type { NamedQuery } from '../named/named.service.js';
import { Endpoint } from '../shared/endpoint.js';
import {
  createSchema,
  listSchema,
  patchSchema,
  templateAnswerSchema,
  templatePageSchema,
  type TemplateBody,
} from './template.schema.js';
import { TemplateService } from './template.service.js';

/** Who writes profiles writes what they say. */
const scope = 'profiles';
const response = templateAnswerSchema;
const problems = { 401: 'No key', 403: 'The key lacks the scope', 422: 'A rule is broken; `errors` names the field' };
const changing = { ...problems, 404: 'Unknown id', 409: 'Declared in the configuration file: read only' };
const deleting = { ...changing, 409: 'Declared in the configuration file, or named by a profile' };

/** Named texts in several languages. What is in flight keeps the text that it started with. */
@ApiTags('templates')
@Controller('v1/templates')
export class TemplatesController {
  constructor(private readonly templates: TemplateService) {}

  @Post()
  @Endpoint({ summary: 'Create a template', scope, body: createSchema, response, status: 201, problems })
  create(@Req() request: FastifyRequest, @Body() body: TemplateBody) {
    return this.templates.create(callerOf(request), body);
  }

  @Get()
  @Endpoint({ summary: 'List templates by name', scope, query: listSchema, response: templatePageSchema, problems })
  list(@Req() request: FastifyRequest, @Query() query: NamedQuery) {
    return this.templates.list(callerOf(request), query);
  }

  @Get(':id')
  @Endpoint({ summary: 'One template', scope, response, problems: changing })
  get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.templates.get(callerOf(request), id);
  }

  @Patch(':id')
  @Endpoint({
    summary: 'Replace the texts, or change the status',
    scope,
    body: patchSchema,
    response,
    problems: changing,
  })
  patch(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: Partial<TemplateBody>) {
    return this.templates.patch(callerOf(request), id, body);
  }

  @Delete(':id')
  @Endpoint({ summary: 'Delete a template that no profile names', scope, status: 204, problems: deleting })
  delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    return this.templates.delete(callerOf(request), id);
  }
}
