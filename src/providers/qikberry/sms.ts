import type { OutgoingMessage } from '../contract.js';
import { encodingFor, writeSms, type SmsEncoding } from '../text/sms.js';
import { channelsCall, digitsOf, storedTemplateCall, textOf, type Call } from './call.js';
import type { DltSmsSettings, SmsSettings } from './settings-sms.js';

const WANTED = { A: undefined, N: 'gsm7', U: 'ucs2' } as const;

/** How the settings want texts to be written; undefined where the text decides. */
export const wantedEncoding = ({ type = 'A' }: SmsSettings): SmsEncoding | undefined => WANTED[type];

/** A short message as one of the platform's three calls. @throws ProviderError `bad_message` when it cannot go like that */
export function smsCall(message: OutgoingMessage, settings: DltSmsSettings, webhookId?: string): Call {
  if (settings.template) {
    const meta = { webhook_id: webhookId, foreign_id: message.attemptId, flash: settings.flash ? 1 : undefined };
    return storedTemplateCall('sms', message, settings.template, meta);
  }
  const type = typeOf(message.text, settings);
  const { service, entityId: entity_id, templateId: template_id, maxUnits: max_units } = settings;
  const sender = message.from ?? settings.sender;
  if (settings.api === 'channels') {
    const meta = { service, foreign_id: message.attemptId, type, template_id, entity_id, max_units };
    return channelsCall(message, { name: 'sms', from: sender, meta }, textOf(message, 4_096));
  }
  return {
    path: 'sms/send',
    body: {
      sender,
      to: [digitsOf(message.to)],
      message: message.text,
      service,
      type,
      flash: settings.flash ? 1 : undefined,
      custom: message.attemptId,
      port: settings.port === undefined ? undefined : String(settings.port),
      entity_id,
      template_id,
      max_units,
      webhook_id: webhookId,
    },
  };
}

/**
 * Which alphabet the platform is to use. Sent as plain, what is not in the 7-bit alphabet would arrive as question
 * marks, and a text with too many parts not at all: both are refused here, where it costs nothing.
 */
function typeOf(text: string, settings: DltSmsSettings): 'A' | 'N' | 'U' {
  const { type, maxUnits } = settings;
  const encoding = encodingFor(text, wantedEncoding(settings));
  if (maxUnits !== undefined) writeSms(text, maxUnits, encoding);
  return type ?? (encoding === 'ucs2' ? 'U' : 'A');
}
