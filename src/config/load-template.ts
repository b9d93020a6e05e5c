import { bounds, LANGUAGE_TAG } from './bounds.js';
import type { SettingError } from './config.errors.js';
import type { Config, Template } from './config.js';
import { TemplateSchema } from './file.schema.js';
import { textFaults } from './template-text.js';
import { checked } from './validate.js';

const TAG = new RegExp(LANGUAGE_TAG.pattern);

/** A template of the file, under `<application>/<name>`. */
export function loadTemplate(
  fullName: string,
  value: unknown,
  applications: Config['applications'],
  errors: SettingError[],
): Template | undefined {
  const path = `templates.${fullName}`;
  const [application = '', name = '', ...rest] = fullName.split('/');
  if (!applications.has(application) || rest.length > 0) {
    errors.push({ setting: path, message: 'must be named <application>/<name>, of an application in this file' });
  }
  if (!/^[\w-]{1,40}$/.test(name)) {
    errors.push({ setting: path, message: 'a name has 1 to 40 letters, digits, - or _' });
  }
  const template = checked(TemplateSchema, value, path, errors);
  const texts =
    template && loadTexts(template.texts, `${path}.texts`, applications.get(application)?.allowUrls ?? false, errors);
  return texts && { id: `file-${name}`, application, name, status: 'active', texts };
}

function loadTexts(
  value: Readonly<Record<string, unknown>>,
  path: string,
  allowUrls: boolean,
  errors: SettingError[],
): Record<string, string> | undefined {
  const entries = Object.entries(value);
  const wrong: SettingError[] = [];
  if (entries.length < 1 || entries.length > bounds.texts) {
    wrong.push({ setting: path, message: `must hold 1 to ${bounds.texts} texts, each under its language` });
  }
  for (const [language, text] of entries) {
    const setting = `${path}.${language}`;
    if (!TAG.test(language) || language.length > LANGUAGE_TAG.maxLength) {
      wrong.push({ setting, message: 'must be named by a language tag like en or pt-BR' });
    }
    if (typeof text !== 'string' || text.length > bounds.template) {
      wrong.push({ setting, message: `must be a text of at most ${bounds.template} characters` });
    }
  }
  errors.push(...wrong);
  if (wrong.length > 0) return undefined;
  const texts = value as Record<string, string>;
  const faults = textFaults(texts, allowUrls).map(({ language, message }) => ({
    setting: `${path}.${language}`,
    message,
  }));
  errors.push(...faults);
  return faults.length > 0 ? undefined : texts;
}
