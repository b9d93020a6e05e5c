import { textAt, valueAt } from '../vendor-words.js';
import type { AnswerRule } from './settings.js';

const EMPTY = new Set<unknown>([undefined, null, false, '']);

export function matches(answer: unknown, { path, words }: AnswerRule): boolean {
  if (!words) return !EMPTY.has(valueAt(answer, path));
  const value = textAt(answer, path)?.toLowerCase();
  return words.some((word) => word.toLowerCase() === value);
}
