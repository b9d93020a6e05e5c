import type { OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { fillShape } from '../template.js';
import type { StoredTemplate } from './settings-sms.js';

/** One request to the platform: what is undefined in the body is left out. */
export interface Call {
  readonly path: string;
  readonly body: object;
}

/** Numbers travel without their plus. */
export const digitsOf = (number: string): string => number.replace(/\D/g, '');

/** Our text, as the channels call wants it. @throws ProviderError `bad_message` when it is longer than the channel takes */
export function textOf({ text }: OutgoingMessage, longest: number): object {
  if (text.length > longest) throw new ProviderError('bad_message', 'text_too_long');
  return { type: 'text', payload: { text } };
}

interface ChannelEntry {
  readonly name: string;
  readonly from: string;
  readonly meta: object;
}

/** The call that SMS and all chat channels have in common: `<channel>/message/send`. */
export const channelsCall = (message: OutgoingMessage, entry: ChannelEntry, content: object): Call => ({
  path: `${entry.name}/message/send`,
  body: { channels: [entry], recipient: { to: [digitsOf(message.to)] }, message: content },
});

/** `<channel>/send/template`: the text is stored at the platform, the values are ours. */
export function storedTemplateCall(
  channel: string,
  message: OutgoingMessage,
  { alias, id, data }: StoredTemplate,
  meta: object,
): Call {
  const recipient = { to: [digitsOf(message.to)] };
  return { path: `${channel}/send/template`, body: { alias, id, recipient, data: fillShape(data, message), meta } };
}
