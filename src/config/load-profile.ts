import { textFault } from '../shared/safe-text.js';
import type { SettingError } from './config.errors.js';
import type { Config, Profile, ProfileChannel } from './config.js';
import { ProfileSchema, type StepSchema } from './file.schema.js';
import { brokenRules, namedTemplates, unsafeTexts } from './plan-rules.js';
import { isUsable } from './routing.js';
import { checked } from './validate.js';

type Known = Pick<Config, 'accounts' | 'routes' | 'applications' | 'templates'>;

/** A profile of the file, under `<application>/<name>`. */
export function loadProfile(
  fullName: string,
  value: unknown,
  known: Known,
  errors: SettingError[],
): Profile | undefined {
  const path = `profiles.${fullName}`;
  const [applicationName = '', name = '', ...rest] = fullName.split('/');
  const application = known.applications.get(applicationName);
  if (!application || rest.length > 0) {
    errors.push({ setting: path, message: 'must be named <application>/<name>, of an application in this file' });
  }
  if (!/^[\w-]{1,40}$/.test(name)) {
    errors.push({ setting: path, message: 'a name has 1 to 40 letters, digits, - or _' });
  }
  const profile = checked(ProfileSchema, value, path, errors);
  if (!profile || !application) return undefined;

  // Errors name a step by its place in the file, where it may stand out of order.
  const { channels } = profile;
  const steps = inOrder(channels);
  const modes = new Set(application.keys.map(({ mode }) => mode));
  channels.forEach(({ channel }, index) => {
    if (![...modes].some((mode) => isUsable(known, channel, mode))) {
      const message = `no account can be used for ${channel} by the keys of ${applicationName}`;
      errors.push({ setting: `${path}.channels.${index}`, message });
    }
  });
  for (const { step, field, message } of brokenRules(steps)) {
    errors.push({ setting: `${path}.channels.${steps[step]?.id}.${field}`, message });
  }
  for (const { step, field, message } of unsafeTexts(channels, application.allowUrls)) {
    errors.push({ setting: `${path}.channels.${step}.${field}`, message });
  }
  const { template } = profile.defaults ?? {};
  const fault = template && textFault(template, application.allowUrls);
  if (fault) errors.push({ setting: `${path}.defaults.template`, message: fault });
  for (const { field, name: template } of namedTemplates(channels, profile.defaults)) {
    if (!known.templates.has(`${applicationName}/${template}`)) {
      const message = 'must hold {{code}}, or be the name of a template in this file';
      errors.push({ setting: `${path}.${field}`, message });
    }
  }
  return {
    id: `file-${name}`,
    application: applicationName,
    name,
    status: 'active',
    defaults: profile.defaults ?? {},
    channels: steps,
  };
}

/** By `order` where given, else by position. */
function inOrder(channels: readonly StepSchema[]): ProfileChannel[] {
  return channels
    .map(({ order, ...step }, position) => ({
      ...step,
      id: String(position),
      order: order ?? position,
      status: 'active' as const,
    }))
    .sort((a, b) => a.order - b.order);
}
