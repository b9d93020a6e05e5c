import type { Caller } from '../applications/key-book.js';
import { bounds } from '../config/bounds.js';
import type { CodeDefaults, Config, Mode, Profile, Step } from '../config/config.js';
import { brokenRules, unsafeTexts } from '../config/plan-rules.js';
import { accountsFor } from '../config/routing.js';
import type { Recipient } from '../recipients/recipient.js';
import { validationFailed, type FieldError } from '../shared/problem.js';
import type { ChannelInput, StartBody } from './schemas/start.schema.js';

export interface Plan {
  /** The profile's name. */
  readonly profile?: string;
  readonly defaults: CodeDefaults;
  readonly steps: readonly Step[];
}

/** @throws Problem 422 unless exactly one of the two is there */
export function refuseBothOrNeither({ profile, channels }: Pick<StartBody, 'profile' | 'channels'>): void {
  if ((profile === undefined) !== (channels === undefined)) return;
  const message = profile === undefined ? 'either profile or channels is required' : 'not both profile and channels';
  throw validationFailed(['profile', 'channels'].map((field) => ({ field, message })));
}

/** The steps of a profile that can reach this recipient: it may hold others, for other addresses. */
export function planOfProfile(config: Config, profile: Profile | undefined, mode: Mode, recipient: Recipient): Plan {
  const problem = (message: string) => validationFailed([{ field: 'profile', message }]);
  if (!profile) throw problem('is not a profile of this application');
  if (profile.status !== 'active') throw problem('is inactive');
  const active = profile.channels.filter(({ status }) => status === 'active');
  if (active.length === 0) throw problem('has no active channels');
  const steps = active
    .filter(({ channel }) => suits(channel, recipient) && hasAccount(config, channel, mode, recipient))
    .map(toStep);
  if (steps.length === 0) throw problem(`has no step that a ${mode} key can send to this address`);
  return { profile: profile.name, defaults: profile.defaults, steps: forLandline(steps, recipient) };
}

/** The steps that came with the request: each was asked for by name, so each must be possible. */
export function planOfChannels(
  config: Config,
  channels: readonly ChannelInput[],
  { mode, allowUrls }: Pick<Caller, 'mode' | 'allowUrls'>,
  recipient: Recipient,
): Plan {
  const steps = channels.map((one) => toStep({ wait: bounds.wait.default, confirm_on: 'delivered', ...one }));
  const broken = [...brokenRules(steps), ...unsafeTexts(steps, allowUrls)];
  const errors: FieldError[] = broken.map(({ step, field, message }) => ({
    field: `channels.${step}.${field}`,
    message,
  }));
  steps.forEach(({ channel }, index) => {
    const field = `channels.${index}.channel`;
    if (!suits(channel, recipient)) {
      const address = recipient.kind === 'email' ? 'an e-mail address' : 'a phone number';
      errors.push({ field, message: `${channel} does not reach ${address}` });
    } else if (!hasAccount(config, channel, mode, recipient)) {
      errors.push({ field, message: `no account sends ${channel} to this address with a ${mode} key` });
    }
  });
  if (errors.length > 0) throw validationFailed(errors);
  return { defaults: {}, steps: forLandline(steps, recipient) };
}

/** A landline can only be called: where the plan has a call, nothing else is tried. */
function forLandline(steps: readonly Step[], recipient: Recipient): readonly Step[] {
  const calls = steps.filter(({ channel }) => channel === 'voice');
  if (calls.length === 0 || calls.length === steps.length) return steps;
  return recipient.type === 'FIXED_LINE' ? calls : steps;
}

/** What is frozen into the verification. */
const toStep = ({ channel, from, template, wait, confirm_on, locale, validity }: Step): Step => ({
  channel,
  from,
  template,
  wait,
  confirm_on,
  locale,
  validity,
});

const suits = (channel: Step['channel'], { kind }: Recipient): boolean => (channel === 'email') === (kind === 'email');

const hasAccount = (config: Config, channel: Step['channel'], mode: Mode, { country }: Recipient): boolean =>
  accountsFor(config, channel, country, mode).length > 0;
