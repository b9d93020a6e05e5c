import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { authenticate } from './applications/authenticate.js';
import { Gate } from './applications/gate.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { openDoors } from './doors/doors.module.js';
import { overrideMethod } from './doors/override-method.js';
import { Idempotency } from './idempotency/idempotency.js';
import { Limiter } from './overload/limiter.js';
import { shedLoad } from './overload/shed.js';
import { parseBodies } from './shared/bodies.js';
import { protectBrowsers, refuseRepeatedHeaders, serverOptions } from './shared/http-server.js';
import { Lifecycle } from './shared/lifecycle.js';
import { NestLogger } from './shared/logger.js';
import { Metrics } from './shared/metrics.js';
import { ProblemFilter, refuseAddress } from './shared/problem.filter.js';
import { echoRequestId, logRequests, requestId } from './shared/request-log.js';
import { measureRequests } from './shared/request-metrics.js';
import { compileSchema } from './shared/validator.js';

/** The whole service, ready to listen. */
export async function createApp(config: Config, logger: Logger): Promise<NestFastifyApplication> {
  const doors = openDoors(config);
  const faces = doors.map(({ face }) => face);
  const adapter = new FastifyAdapter({
    ...serverOptions,
    genReqId: requestId,
    frameworkErrors: refuseAddress(faces),
    rewriteUrl: overrideMethod(doors),
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    // Connections that are kept alive must not keep a stopping process alive; what comes over them meanwhile is served.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config, logger), adapter, {
    bodyParser: false,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  parseBodies(fastify);
  const lifecycle = app.get(Lifecycle);
  hangUpWhenStopping(fastify, lifecycle);
  fastify.setValidatorCompiler(compileSchema);
  fastify.addHook('onRequest', echoRequestId);
  if (config.sheds) shedLoad(fastify, app.get(Limiter), { metrics: app.get(Metrics), faces, lifecycle });
  fastify.addHook('onRequest', protectBrowsers);
  fastify.addHook('onRequest', refuseRepeatedHeaders);
  fastify.addHook('onRequest', authenticate(app.get(Gate)));
  app.get(Idempotency).install(fastify);
  fastify.addHook('onResponse', logRequests(logger));
  fastify.addHook('onResponse', measureRequests(app.get(Metrics)));
  app.useGlobalFilters(new ProblemFilter(logger, faces));
  describe(app);
  return app;
}

/**
 * What is answered while the process drains is the last on its connection, as it says: a connection that is cut off when
 * the process ends may have a request on its way.
 */
function hangUpWhenStopping(fastify: FastifyInstance, lifecycle: Lifecycle): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (lifecycle.state === 'draining') reply.header('connection', 'close');
    done(null, payload);
  });
}

/** OpenAPI at `/openapi.json`, for people at `/docs`. */
function describe(app: NestFastifyApplication): void {
  const outline = new DocumentBuilder()
    .setTitle('Passlane')
    .setDescription('Self-hosted omnichannel OTP verification. Errors are application/problem+json (RFC 9457).')
    .setVersion('1')
    .addBearerAuth()
    .addBasicAuth()
    .build();
  const document = SwaggerModule.createDocument(app, outline);
  describeIdempotency(document);
  SwaggerModule.setup('docs', app, document, { raw: false });
  // Open to all and never refused: written once, and not for each who asks.
  const json = JSON.stringify(document);
  app.getHttpAdapter().get('/openapi.json', (_request: unknown, reply: FastifyReply) => {
    void reply.type('application/json').send(json);
  });
}

/** A hook reads the header, so no controller names it. */
function describeIdempotency({ paths }: OpenAPIObject): void {
  for (const { post } of Object.values(paths)) {
    if (!post?.security) continue;
    post.parameters = [
      ...(post.parameters ?? []),
      {
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        schema: { type: 'string', minLength: 1, maxLength: 255 },
        description: 'The same key and body get the first answer again, for 24 hours; another body is refused with 422',
      },
    ];
  }
}
