import type { Actor } from './actor.js';
import type { Book } from './book.js';
import { changedFields } from './fields.js';
import { isAsked, wordOf, type Performed } from './script-rules.js';
import { must } from './violation.js';

/** Where a script takes the name of the call. */
const AT: Readonly<Record<string, number>> = { start: 8, continue: 19, check: 4, cancel: 2, apply: 17, read: 0 };

const onceOf = ({ script, args }: Performed): string => String(args[AT[script] ?? -1] ?? '');

/** Of a call that has had its effect: nothing happens a second time, and the caller learns of the first. */
export function isRepeat(p: Performed, book: Book): boolean {
  const first = book.effects.get(onceOf(p));
  if (first === undefined) return false;
  const { script, answer, before, after } = p;
  const changed = after === undefined ? [] : changedFields(before ?? {}, after);
  must(changed.length === 0, 'once', () => `${script} has changed ${changed.join(', ')} again`);
  if (script === 'read') must((answer as unknown[])[3] === 1, 'once', () => 'the effect is not found');
  else if (script === 'continue' || script === 'apply') must(wordOf(p) === 'changed', 'once', () => 'applied twice');
  else
    must(JSON.stringify(answer) === first, 'once', () => `${script} answered ${JSON.stringify(answer)} after ${first}`);
  return true;
}

/** What the call is told from now on, if this was its effect. */
export function learnEffect(p: Performed, book: Book): void {
  const once = onceOf(p);
  const word = wordOf(p);
  const had: Record<string, boolean> = {
    start: word === 'created',
    continue: word === 'continued',
    check: word !== 'unknown',
    cancel: word === 'canceled',
    apply: isAsked(p),
  };
  if (once !== '' && had[p.script] === true) book.effects.set(once, JSON.stringify(p.answer));
}

/** Whoever is answered is told of the verification that the call was about, from its first effect on. */
export function checkAnswered({ what, request, answer }: Actor, book: Book): void {
  const effect = book.effects.get(request.once ?? '');
  const view = (answer as { view?: { id: string } } | undefined)?.view;
  if (effect === undefined || !view) return;
  must(effect.includes(view.id), 'once', () => `${what} was told of another verification`);
}
