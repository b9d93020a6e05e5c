import type { Template } from '../config/config.js';
import { hasCode, UNKNOWN_TEMPLATE } from '../config/plan-rules.js';
import { languageOf, textFor } from '../config/template-text.js';
import { validationFailed, type FieldError } from '../shared/problem.js';
import type { Plan } from './plan.js';

/**
 * The plan with texts in the place of the templates that it names, each in the language of its step.
 * @param locale of the verification
 * @param find a template by name or id
 * @throws Problem 422 naming the step, or the profile whose step it is
 */
export async function withTexts(
  plan: Plan,
  locale: string,
  find: (nameOrId: string) => Promise<Template | undefined>,
): Promise<Plan> {
  const named = plan.steps.map(({ template }) => template ?? plan.defaults.template);
  if (named.every((template) => template === undefined || hasCode(template))) return plan;
  const errors: FieldError[] = [];
  const steps = await Promise.all(
    plan.steps.map(async (step, index) => {
      const name = named[index];
      if (name === undefined || hasCode(name)) return step;
      const template = await find(name);
      if (template?.status !== 'active') {
        errors.push(faultOf(plan, index, template));
        return step;
      }
      const asked = step.locale ?? locale;
      const { language, text } = textFor(template, asked);
      // Whoever reads it aloud must know what language it is after all.
      return { ...step, template: text, locale: languageOf(language) === languageOf(asked) ? step.locale : language };
    }),
  );
  if (errors.length > 0) throw validationFailed(errors);
  return { ...plan, steps };
}

function faultOf({ profile }: Plan, index: number, template: Template | undefined): FieldError {
  if (profile === undefined) {
    return { field: `channels.${index}.template`, message: template ? 'is inactive' : UNKNOWN_TEMPLATE };
  }
  return { field: 'profile', message: `names a template that is ${template ? 'inactive' : 'not there'}` };
}
