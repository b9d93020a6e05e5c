/** An event of an application's stream, as `src/events/event.ts` describes its fields. */
export interface EventEntry {
  /** Its place in the stream: `<ms>-<number>`. */
  readonly entry: string;
  /** JSON, byte for byte as receivers get it. */
  readonly body: string;
  readonly type: string;
  /** The one webhook that it goes to, if it is for one. */
  readonly only?: string;
}

/** From what Redis answers for one entry. */
export function parseEntry([entry, flat]: readonly [string, readonly string[]]): EventEntry {
  const fields = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) fields.set(flat[i] as string, flat[i + 1] as string);
  return { entry, body: fields.get('e') ?? '', type: fields.get('t') ?? '', only: fields.get('w') };
}

/** Unix ms at which an entry was written. */
export const timeOfEntry = (entry: string): number => Number(entry.split('-')[0]);

/** Below 0 when `a` stands before `b` in the stream. */
export const compareEntries = (a: string, b: string): number =>
  timeOfEntry(a) - timeOfEntry(b) || Number(a.split('-')[1]) - Number(b.split('-')[1]);

/** The last place before an entry: whoever reads on from there finds it first. */
export function placeBefore(entry: string): string {
  const [ms, number] = entry.split('-') as [string, string];
  return number === '0' ? `${Number(ms) - 1}-${LAST_NUMBER}` : `${ms}-${BigInt(number) - 1n}`;
}

/** Of a millisecond: the numbers are 64 bits wide. */
const LAST_NUMBER = '18446744073709551615';
