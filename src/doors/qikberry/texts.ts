const TOKEN = '{token}';
/** What the core would fill in, or leave in the text for a person to wonder at. */
const OURS = /\{\{\s*\w+\s*\}\}/;

/** What is wrong with a template of theirs; undefined when nothing is. */
export function templateFault(template: string): string | undefined {
  const parts = template.split(TOKEN);
  if (parts.length === 1) return 'must hold {token}';
  if (parts.some((part) => OURS.test(part))) return 'must not hold {{…}}: {token} is the only placeholder';
  return undefined;
}

export const toTemplate = (template: string): string => template.replaceAll(TOKEN, '{{code}}');

export const fromTemplate = (template: string): string => template.replace(/\{\{\s*code\s*\}\}/g, TOKEN);

/** `YYYY-MM-DD HH:mm:ss`, in UTC. @param time RFC 3339, in UTC */
export const platformTime = (time: string): string => time.slice(0, 19).replace('T', ' ');
