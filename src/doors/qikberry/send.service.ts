import { Injectable } from '@nestjs/common';
import type { Caller } from '../../applications/key-book.js';
import { bounds } from '../../config/bounds.js';
import { parseRecipient } from '../../recipients/recipient.js';
import { Problem, validationFailed, type FieldError } from '../../shared/problem.js';
import { renamed } from '../../shared/renamed.js';
import type { Once } from '../../store/verification.store.js';
import type { VerificationView } from '../../verifications/present.js';
import type { ChannelInput, StartBody } from '../../verifications/schemas/start.schema.js';
import { StartService } from '../../verifications/start.service.js';
import { CHANNEL_OF, type Brand } from './brand.js';
import { internationalForm } from './numbers.js';
import { TIMEOUT, type OmnichannelBody, type SendBody } from './send.schema.js';
import { platformTime, templateFault, toTemplate } from './texts.js';
import { isCall, waitsOf } from './waits.js';

/** Sends a code, as the platform is asked to. */
@Injectable()
export class SendService {
  constructor(private readonly starts: StartService) {}

  /** By the channels of the request. @throws Problem 422, 429, 503 */
  async direct(caller: Caller, body: SendBody, brand: Brand, once?: Once) {
    const to = oneNumber(caller, body, brand);
    // In the order in which they are tried, with the place in the request, by which errors name them.
    const entries = body.channels.map((entry, at) => ({ ...entry, at, channel: CHANNEL_OF[entry.name] }));
    entries.sort((a, b) => (a.order ?? a.at) - (b.order ?? b.at));
    const waits = waitsOf(entries);
    const channels = entries.map((entry, i): ChannelInput => {
      const { channel, from, template, language, ttl } = entry;
      const wait = waits[i] ?? bounds.wait.default;
      return {
        channel,
        from: from ?? undefined,
        template: template === undefined || template === null ? undefined : toTemplate(template),
        // The core refuses less after a call, the platform does not; the minute is kept either way.
        wait: isCall(entry) ? Math.max(wait, bounds.afterVoice) : wait,
        locale: language ?? undefined,
        validity: ttl ?? undefined,
      };
    });
    const start: StartBody = { to, channels, ttl: TIMEOUT, ...fromPayload(body.payload) };
    const nameOf = (field: string) => directField(field, (i) => entries[i]?.at ?? i);
    const { view } = await renamed(() => this.starts.start(caller, start, once), nameOf);
    return { ...sent(view), to: null };
  }

  /** By a profile. @throws Problem 422, 429, 503 */
  async byProfile(caller: Caller, { profile, recipient, payload }: OmnichannelBody, once?: Once) {
    const nameOf = (field: string) => FIELDS[field] ?? (field === 'to' ? 'recipient.to' : field);
    const { view } = await renamed(async () => {
      const to = internationalForm(recipient.to, caller.country);
      return this.starts.start(caller, { to, profile, ...fromPayload(payload) }, once);
    }, nameOf);
    return sent(view);
  }
}

/** @throws Problem 422 for what a schema cannot say */
function oneNumber(caller: Caller, { channels }: SendBody, { names }: Brand): string {
  const errors: FieldError[] = [];
  const numbers = channels.map(({ recipient }) => numberOf(recipient.to, caller));
  const first = numbers[0]?.address;
  channels.forEach(({ name, template }, i) => {
    const fault = typeof template === 'string' ? templateFault(template) : undefined;
    if (fault !== undefined) errors.push({ field: `channels.${i}.template`, message: fault });
    if (!names.includes(name))
      errors.push({ field: `channels.${i}.name`, message: `must be one of ${names.join(', ')}` });
    const number = numbers[i];
    const other = first !== undefined && number?.address !== first ? OTHER_NUMBER : undefined;
    const wrong = number?.fault ?? other;
    if (wrong !== undefined) errors.push({ field: `channels.${i}.recipient.to`, message: wrong });
  });
  if (errors.length > 0) throw validationFailed(errors);
  return first ?? '';
}

const OTHER_NUMBER = 'must be the same number for all channels';

/** However it is written, or what is wrong with it. */
function numberOf(to: string, { country }: Caller): { readonly address?: string; readonly fault?: string } {
  try {
    return { address: parseRecipient(internationalForm(to, country), country).address };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { fault: error.extra.errors?.[0]?.message };
  }
}

const fromPayload = (payload: SendBody['payload']): Partial<StartBody> => {
  const { length, timeout, token, ip_address, foreign_id, webhook_id } = payload ?? {};
  return {
    ...(typeof timeout === 'number' && { ttl: timeout }),
    code_length: length ?? undefined,
    code: token ?? undefined,
    client_ip: ip_address ?? undefined,
    reference: foreign_id ?? undefined,
    webhook_id: webhook_id ?? undefined,
  };
};

/** The core's names of fields, and the platform's. */
const FIELDS: Readonly<Record<string, string>> = {
  code: 'payload.token',
  code_length: 'payload.length',
  ttl: 'payload.timeout',
  client_ip: 'payload.ip_address',
  reference: 'payload.foreign_id',
  webhook_id: 'payload.webhook_id',
};

/** @param placeOf the place in the request of the plan's step */
function directField(field: string, placeOf: (step: number) => number): string {
  const [first, step, name = ''] = field.split('.');
  if (first === 'channels' && step !== undefined) {
    return `channels.${placeOf(Number(step))}.${name === 'channel' ? 'name' : name}`;
  }
  return FIELDS[field] ?? (field === 'to' ? 'channels.0.recipient.to' : field);
}

const sent = ({ id, reference, created_at, expires_at }: VerificationView) => ({
  id,
  status: 'sent',
  foreign_id: reference,
  created_at: platformTime(created_at),
  expire_at: platformTime(expires_at),
});
