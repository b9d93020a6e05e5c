import { describe, expect, it } from '@jest/globals';
import type { Step, Template } from '../config/config.js';
import type { Problem } from '../shared/problem.js';
import type { Plan } from './plan.js';
import { withTexts } from './plan-texts.js';

const TEXTS = { en: '{{code}} it is', de: '{{code}} ist es' };
const login: Template = { id: '1', application: 'shop', name: 'login', status: 'active', texts: TEXTS };
const asleep: Template = { ...login, id: '2', name: 'asleep', status: 'inactive' };

const step = (template?: string, locale?: string): Step => ({
  channel: 'sms',
  wait: 30,
  confirm_on: 'delivered',
  template,
  locale,
});

const texts = (plan: Plan, locale = 'en') =>
  withTexts(plan, locale, (name) =>
    Promise.resolve([login, asleep].find((one) => one.name === name || one.id === name)),
  );

async function faults(plan: Plan) {
  const error = await texts(plan).catch((thrown: unknown) => thrown);
  return (error as Problem).extra.errors?.map(({ field, message }) => `${field} ${message}`);
}

describe('the texts of a plan', () => {
  it('are those of the templates that it names, by name or id, and its own', async () => {
    const plan = { defaults: {}, steps: [step('login'), step('1'), step('Own {{ code }}'), step()] };
    expect((await texts(plan)).steps.map(({ template }) => template)).toEqual([
      TEXTS.en,
      TEXTS.en,
      'Own {{ code }}',
      undefined,
    ]);
  });

  it('are of the template that the profile names for all steps without their own', async () => {
    const plan = { profile: 'p', defaults: { template: 'login' }, steps: [step(), step('Own {{code}}')] };
    expect((await texts(plan)).steps.map(({ template }) => template)).toEqual([TEXTS.en, 'Own {{code}}']);
  });

  it('are in the language of the step, else of the verification', async () => {
    const plan = { defaults: {}, steps: [step('login'), step('login', 'en-GB')] };
    expect((await texts(plan, 'de-AT')).steps.map(({ template }) => template)).toEqual([TEXTS.de, TEXTS.en]);
  });

  it('say what language they are in when it is not the one that was asked for', async () => {
    const plan = { defaults: {}, steps: [step('login', 'de_AT'), step('login', 'fr'), step('Own {{code}}', 'fr')] };
    expect((await texts(plan)).steps.map(({ locale }) => locale)).toEqual(['de_AT', 'en', 'fr']);
  });

  it('cannot be those of a template that is not there or inactive', async () => {
    const steps = [step('login'), step('gone'), step('asleep')];
    expect(await faults({ defaults: {}, steps })).toEqual([
      'channels.1.template must hold {{code}}, or be the name or id of a template',
      'channels.2.template is inactive',
    ]);
    expect(await faults({ profile: 'p', defaults: {}, steps: [step('gone')] })).toEqual([
      'profile names a template that is not there',
    ]);
    expect(await faults({ profile: 'p', defaults: { template: 'asleep' }, steps: [step()] })).toEqual([
      'profile names a template that is inactive',
    ]);
  });
});
