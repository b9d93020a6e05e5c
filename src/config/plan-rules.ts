import { senderFault, textFault } from '../shared/safe-text.js';
import { bounds } from './bounds.js';
import type { CodeDefaults, Step } from './config.js';

interface BrokenRule {
  /** Index of the step, in the order in which it was given. */
  readonly step: number;
  readonly field: string;
  readonly message: string;
}

/** A call needs a minute in which nothing else starts. */
export function brokenRules(steps: readonly Pick<Step, 'channel' | 'wait'>[]): BrokenRule[] {
  return steps.flatMap(({ channel, wait }, step) =>
    channel === 'voice' && step < steps.length - 1 && wait < bounds.afterVoice
      ? [
          {
            step,
            field: 'wait',
            message: `must be at least ${bounds.afterVoice} for a voice step that another step follows`,
          },
        ]
      : [],
  );
}

/** What people read of a step holds no link (unless the application allows it), and nothing that hides. */
export function unsafeTexts(
  steps: readonly Pick<Step, 'channel' | 'from' | 'template'>[],
  allowUrls: boolean,
): BrokenRule[] {
  return steps.flatMap(({ channel, from, template }, step) => {
    const faults = {
      from: from && senderFault(from, channel, allowUrls),
      template: template && textFault(template, allowUrls),
    };
    return Object.entries(faults).flatMap(([field, message]) => (message ? [{ step, field, message }] : []));
  });
}

/** The templates that a plan names, by name or id, each with the field that does. A text with the code is itself. */
export function namedTemplates(
  steps: readonly Pick<Step, 'template'>[],
  defaults: Pick<CodeDefaults, 'template'> = {},
): { readonly field: string; readonly name: string }[] {
  const all = [
    ...steps.map(({ template }, index) => ({ field: `channels.${index}.template`, name: template })),
    { field: 'defaults.template', name: defaults.template },
  ];
  return all.flatMap(({ field, name }) => (name === undefined || hasCode(name) ? [] : [{ field, name }]));
}

export const UNKNOWN_TEMPLATE = 'must hold {{code}}, or be the name or id of a template';

export const hasCode = (template: string): boolean => /\{\{\s*code\s*\}\}/.test(template);
