import type { OutgoingMessage } from '../contract.js';
import { markPauses } from '../text/speech.js';
import { digitsOf, type Call } from './call.js';
import type { FlowSettings, VoiceSettings } from './settings-voice.js';
import { voiceFor } from './voices.js';

/** Stands for a pause in texts; nothing that a text would hold. */
const PAUSE = '##';
/** What the platform's lists of calls show; it says nothing of a person. */
const CAMPAIGN = 'otp';

export function voiceCall(message: OutgoingMessage, settings: VoiceSettings, webhookId?: string): Call {
  const bridge = digitsOf(message.from ?? settings.bridge);
  return settings.flow
    ? flowCall(message, bridge, settings.flow, webhookId)
    : { path: 'outgoing/tts', body: { bridge, to: digitsOf(message.to), ...speechOf(message, settings) } };
}

/** The text with the code's characters apart, and how it is spoken. */
function speechOf(message: OutgoingMessage, { voices, pause, iterations, iterationDelay }: VoiceSettings): object {
  const { text, code, locale } = message;
  return {
    text: pause === undefined ? text : markPauses(text, code, locale, PAUSE),
    options: {
      voiceid: voiceFor(locale, voices),
      break: pause === undefined ? undefined : { identifier: PAUSE, time: pause },
      iteration_tries: iterations,
      iteration_delay: iterationDelay,
    },
  };
}

/** The flow's own step spells the code; variables travel in keys with brackets, not in an object. */
function flowCall(message: OutgoingMessage, bridge: string, flow: FlowSettings, webhookId?: string): Call {
  return {
    path: 'outgoing/send',
    body: {
      bridge,
      to: digitsOf(message.to),
      flow_id: flow.id,
      name: CAMPAIGN,
      [`variables[${flow.variable}]`]: message.code,
      interval: flow.interval,
      webhook_id: webhookId,
    },
  };
}
