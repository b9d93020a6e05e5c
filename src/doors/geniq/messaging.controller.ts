import { Controller, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import { Problem } from '../../shared/problem.js';

/** What GENIQ also sells. Refused in so many words, so that nobody looks for the fault in their own request. */
@ApiExcludeController()
@Controller('geniq/rest/v1')
export class MessagingController {
  @Post(['sms', 'batch_sms', 'voice', 'whatsapp/messages', 'whatsapp/message_templates'])
  @RouteConfig({ scope: 'verifications', rawBody: true })
  refuse(): never {
    throw new Problem(
      403,
      'not_offered',
      'Not offered',
      'This is a verification service: it sends codes (POST verify), and no other messages.',
    );
  }
}
