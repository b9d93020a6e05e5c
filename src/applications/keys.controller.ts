import { Body, Controller, Delete, Get, Header, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Endpoint } from '../shared/endpoint.js';
import {
  createKeySchema,
  keyPageSchema,
  keySchema,
  newKeySchema,
  pageQuerySchema,
  rotateSchema,
  type KeyBody,
  type PageQuery,
  type RotateBody,
} from './application.schema.js';
import { KeyService } from './key.service.js';

const scope = 'admin';
const problems = { 401: 'No key', 403: 'Not the admin key', 404: 'Unknown id' };
const changing = {
  ...problems,
  409: 'Declared in the configuration file: read only',
  422: 'A field is wrong; `errors` names it',
};

/** Keys of an application. A token is shown once, when it is made. */
@ApiTags('applications')
@Controller('v1/applications/:id/keys')
export class KeysController {
  constructor(private readonly keys: KeyService) {}

  @Post()
  @Header('cache-control', 'no-store')
  @Endpoint({
    summary: 'Create a key',
    scope,
    body: createKeySchema,
    response: newKeySchema,
    status: 201,
    problems: changing,
  })
  create(@Param('id') application: string, @Body() body: KeyBody) {
    return this.keys.create(application, body);
  }

  @Get()
  @Endpoint({ summary: 'List its keys', scope, query: pageQuerySchema, response: keyPageSchema, problems })
  list(@Param('id') application: string, @Query() query: PageQuery) {
    return this.keys.list(application, query);
  }

  @Get(':key')
  @Endpoint({ summary: 'One key, without its token', scope, response: keySchema, problems })
  get(@Param('id') application: string, @Param('key') key: string) {
    return this.keys.get(application, key);
  }

  @Post(':key/rotate')
  @Header('cache-control', 'no-store')
  @Endpoint({
    summary: 'Give it a new token; the one before works on for the overlap',
    scope,
    body: rotateSchema,
    response: newKeySchema,
    problems: changing,
  })
  rotate(@Param('id') application: string, @Param('key') key: string, @Body() body?: RotateBody) {
    return this.keys.rotate(application, key, body ?? {});
  }

  @Delete(':key')
  @Endpoint({ summary: 'Revoke it: everywhere within a second', scope, status: 204, problems: changing })
  revoke(@Param('id') application: string, @Param('key') key: string): Promise<void> {
    return this.keys.revoke(application, key);
  }
}
