import type { OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { formBody, jsonBody } from '../http-body.js';
import { encodingFor, writeSms, type SmsEncoding } from '../text/sms.js';
import { fillCode } from './code-placeholder.js';
import type { GeniqCall } from './client.js';
import { isOriginator, withoutPlus, type Ton } from './originator.js';
import type { GeniqSettings, SmsSettings, VoiceSettings, WhatsappSettings } from './settings.js';
import { voiceFor } from './voices.js';

/** GENIQ reads no longer texts in a call. */
const LONGEST_SPEECH = 600;

const DATA_CODINGS = { gsm7: 'text', ucs2: 'unicode' } as const;
const WANTED = { auto: undefined, text: 'gsm7', unicode: 'ucs2' } as const;

/** How the settings want texts to be written; undefined where the text decides. */
export const wantedEncoding = ({ dataCoding = 'auto' }: SmsSettings): SmsEncoding | undefined => WANTED[dataCoding];

/** The call that sends one message. @throws ProviderError `bad_message` for what GENIQ would refuse anyway */
export function callFor(message: OutgoingMessage, settings: GeniqSettings): GeniqCall {
  switch (message.channel) {
    case 'whatsapp':
      return { path: 'whatsapp/messages', body: jsonBody(whatsapp(message, settings.whatsapp)) };
    case 'voice':
      return { path: 'voice', body: jsonBody(voice(message, settings.voice)) };
    default:
      return { path: 'sms', body: formBody(sms(message, settings.sms)) };
  }
}

function sms(message: OutgoingMessage, settings: SmsSettings) {
  const { originatorTon, dataCoding, maxParts } = settings;
  const { encoding } = writeSms(message.text, maxParts, encodingFor(message.text, wantedEncoding(settings)));
  return {
    ...commonTo(message),
    originator: originatorOf(message.from ?? settings.originator, originatorTon),
    message: message.text,
    originatorTon,
    dataCoding: dataCoding ?? DATA_CODINGS[encoding],
    // A code that arrives when it is dead only confuses.
    validity: message.ttl,
  };
}

/** GENIQ's own fallback to SMS (`smsFallback`) stays off: what follows a failure is our steps' business. */
function whatsapp(message: OutgoingMessage, settings: WhatsappSettings | undefined) {
  if (!settings) return { ...commonTo(message), type: 'text', body: message.text };
  const { template, language, headerParams, bodyParams } = settings;
  const code = bodyParams
    ? { bodyParams: bodyParams.map((param) => fillCode(param, message.code)) }
    : { otp: message.code };
  return { ...commonTo(message), type: 'template', name: template, language, headerParams, ...code };
}

/** The text comes with the code's characters apart, so that they are read one by one. */
function voice(message: OutgoingMessage, settings: VoiceSettings) {
  const { text } = message;
  const fitting = Math.floor((LONGEST_SPEECH + 1) / (text.length + 1));
  if (fitting < 1) throw new ProviderError('bad_message', 'text_too_long');
  return {
    ...commonTo(message),
    message: Array.from({ length: Math.min(settings.repeat, fitting) }, () => text).join(' '),
    locale: voiceFor(message.locale, settings.locale),
    originator: originatorOf(message.from ?? settings.originator, 'international'),
  };
}

const commonTo = ({ to, attemptId }: OutgoingMessage) => ({ recipient: withoutPlus(to), reference: attemptId });

function originatorOf(originator: string | undefined, ton: Ton): string {
  if (originator === undefined) throw new ProviderError('bad_message', 'no_originator');
  if (!isOriginator(originator, ton)) throw new ProviderError('bad_message', 'bad_originator');
  return withoutPlus(originator);
}
