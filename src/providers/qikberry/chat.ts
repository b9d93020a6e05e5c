import type { OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { fill } from '../template.js';
import { channelsCall, digitsOf, storedTemplateCall, textOf, type Call } from './call.js';
import type { ChatSettings, WhatsappSettings, WhatsappTemplate } from './settings-chat.js';

/** Longest texts, in characters. */
const LONGEST = { whatsapp: 4_096, viber: 1_000, rcs: 4_096, parameters: 1_024 };
/** Seconds that Viber may keep trying. */
const VIBER_TTL = { least: 30, most: 1_209_600 };

export function whatsappCall(message: OutgoingMessage, { from, template, session }: WhatsappSettings): Call {
  const meta = { foreign_id: message.attemptId };
  const entry = { name: 'whatsapp', from: digitsOf(message.from ?? from), meta };
  const content = template && !session ? templateOf(message, template) : textOf(message, LONGEST.whatsapp);
  return channelsCall(message, entry, content);
}

/** With the code as the only parameter this is the shape of an authentication template. */
function templateOf(message: OutgoingMessage, { name, language, header, body }: WhatsappTemplate): object {
  const body_params = body.map((parameter) => fill(parameter, message));
  if (body_params.join('').length > LONGEST.parameters) throw new ProviderError('bad_message', 'text_too_long');
  const header_params = header === undefined ? undefined : { type: 'text', payload: { text: fill(header, message) } };
  return { type: 'template', payload: { name, language, header_params, body_params } };
}

/** A code is transactional by its nature, and worth nothing to the person after its life. */
export function viberCall(message: OutgoingMessage, settings: ChatSettings): Call {
  const from = message.from ?? settings.from;
  const meta = { foreign_id: message.attemptId };
  if (settings.template) return storedTemplateCall('viber', message, settings.template, { from, ...meta });
  const ttl = Math.min(Math.max(message.ttl, VIBER_TTL.least), VIBER_TTL.most);
  const entry = { name: 'viber', from, meta: { category: 'transactional', ttl, ...meta } };
  return channelsCall(message, entry, textOf(message, LONGEST.viber));
}

export function rcsCall(message: OutgoingMessage, settings: ChatSettings): Call {
  const meta = { foreign_id: message.attemptId };
  if (settings.template) return storedTemplateCall('rcs', message, settings.template, meta);
  return channelsCall(
    message,
    { name: 'rcs', from: message.from ?? settings.from, meta },
    textOf(message, LONGEST.rcs),
  );
}
