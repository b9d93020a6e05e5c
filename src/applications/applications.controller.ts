import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Endpoint } from '../shared/endpoint.js';
import {
  applicationPageSchema,
  applicationSchema,
  createSchema,
  pageQuerySchema,
  patchSchema,
  type ApplicationBody,
  type ApplicationPatch,
  type PageQuery,
} from './application.schema.js';
import { ApplicationService } from './application.service.js';

const scope = 'admin';
const response = applicationSchema;
const problems = { 401: 'No key', 403: 'Not the admin key', 422: 'A field is wrong; `errors` names it' };
const changing = { ...problems, 404: 'Unknown id', 409: 'Declared in the configuration file: read only' };

/** Tenants. For the admin key, and keys of the file with the scope `admin`. */
@ApiTags('applications')
@Controller('v1/applications')
export class ApplicationsController {
  constructor(private readonly applications: ApplicationService) {}

  @Post()
  @Endpoint({ summary: 'Create an application', scope, body: createSchema, response, status: 201, problems })
  create(@Body() body: ApplicationBody) {
    return this.applications.create(body);
  }

  @Get()
  @Endpoint({ summary: 'List applications', scope, query: pageQuerySchema, response: applicationPageSchema, problems })
  list(@Query() query: PageQuery) {
    return this.applications.list(query);
  }

  @Get(':id')
  @Endpoint({ summary: 'One application', scope, response, problems: { ...problems, 404: 'Unknown id' } })
  get(@Param('id') id: string) {
    return this.applications.get(id);
  }

  @Patch(':id')
  @Endpoint({ summary: 'Rename, stop or resume it', scope, body: patchSchema, response, problems: changing })
  patch(@Param('id') id: string, @Body() body: ApplicationPatch) {
    return this.applications.patch(id, body);
  }

  @Delete(':id')
  @Endpoint({ summary: 'Delete it with its keys and profiles', scope, status: 204, problems: changing })
  delete(@Param('id') id: string): Promise<void> {
    return this.applications.delete(id);
  }
}
