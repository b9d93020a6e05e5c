import { senderFault, textFault } from '../shared/safe-text.js';
import { bounds } from './bounds.js';
import type { Step } from './config.js';

interface BrokenRule {
  /** Index of the step, in the order in which it was given. */
  readonly step: number;
  readonly field: string;
  readonly message: string;
}

/** Every text needs the code; and a call needs a minute in which nothing else starts. */
export function brokenRules(steps: readonly Pick<Step, 'channel' | 'wait' | 'template'>[]): BrokenRule[] {
  return steps.flatMap((step, index) => {
    const broken: BrokenRule[] = [];
    if (step.channel === 'voice' && index < steps.length - 1 && step.wait < bounds.afterVoice) {
      broken.push({
        step: index,
        field: 'wait',
        message: `must be at least ${bounds.afterVoice} for a voice step that another step follows`,
      });
    }
    if (step.template !== undefined && !hasCode(step.template)) {
      broken.push({ step: index, field: 'template', message: 'must hold {{code}}' });
    }
    return broken;
  });
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

export const hasCode = (template: string): boolean => /\{\{\s*code\s*\}\}/.test(template);
