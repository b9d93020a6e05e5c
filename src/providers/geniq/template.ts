import { jsonBody } from '../http-body.js';
import type { GeniqCall } from './client.js';
import type { TemplateSettings, WhatsappSettings } from './settings.js';

/** The call that creates an authentication template; WhatsApp then approves it, within minutes as a rule. */
export function createTemplate({ template, language }: WhatsappSettings, create: TemplateSettings): GeniqCall {
  const body = {
    name: template,
    language,
    category: 'AUTHENTICATION',
    // GENIQ wants a body and an example of its variable, though WhatsApp puts its own words into such templates.
    body: '{{1}} is your verification code.',
    bodyExample: ['123456'],
    // In seconds, as code 326 has it (at least 30) and as the usual 600 is; the reference's "minutes" would allow 30 s to 90 m.
    // No message arrives after the time that it names.
    otpMessageTtl: String(create.expiresAfter * 60),
    otpAddSecurityRecommendation: create.securityRecommendation,
    otpExpiredAfter: String(create.expiresAfter),
    otpCopyButtonText: create.copyButtonText,
  };
  return { path: 'whatsapp/message_templates', body: jsonBody(body) };
}
