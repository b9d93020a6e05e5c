/** Where an entry stands in the order of a search: newest first, then by id. */
export interface IndexPosition {
  readonly createdAt: number;
  readonly id: string;
}

/** Reads so many entries of one index in its order, of those not newer than `createdAt` from the given one on. */
export type ReadIndex = (createdAt: number | undefined, offset: number, count: number) => Promise<IndexPosition[]>;

/** Entries of an index that are read at a time; of many indexes few at first, as most searches want few of each. */
const FEW = 4;
const MANY = 50;

/**
 * The entries of several indexes in one order. An index is asked again only when all that was read of it was handed on:
 * until then its next entry is known.
 * @param before what comes after this one is wanted; undefined for all
 */
export async function* merged(
  indexes: readonly ReadIndex[],
  before: IndexPosition | undefined,
): AsyncGenerator<IndexPosition, void> {
  const sources = indexes.map((read) => new Source(read, before, indexes.length === 1 ? MANY : FEW));
  await Promise.all(sources.map((source) => source.fill()));
  for (;;) {
    const source = newestOf(sources);
    if (!source?.next) return;
    yield source.next;
    source.take();
    await source.fill();
  }
}

class Source {
  private ahead: IndexPosition[] = [];
  private atEnd = false;

  /** @param before all until here was handed on, or is not wanted */
  constructor(
    private readonly read: ReadIndex,
    private before: IndexPosition | undefined,
    private count: number,
  ) {}

  /** Undefined only at the end, once it was filled. */
  get next(): IndexPosition | undefined {
    return this.ahead[0];
  }

  take(): void {
    this.before = this.ahead.shift();
  }

  /** Those of one time until `before` come again, and may be more than are read at a time. */
  async fill(): Promise<void> {
    const { before, count } = this;
    for (let offset = 0; this.ahead.length === 0 && !this.atEnd; offset += count) {
      const read = await this.read(before?.createdAt, offset, count);
      this.ahead = read.filter((position) => before === undefined || newestFirst(before, position) < 0);
      this.atEnd = read.length < count;
      this.count = MANY;
    }
  }
}

function newestOf(sources: readonly Source[]): Source | undefined {
  let newest: Source | undefined;
  for (const source of sources) {
    if (source.next && (!newest?.next || newestFirst(source.next, newest.next) < 0)) newest = source;
  }
  return newest;
}

const newestFirst = (a: IndexPosition, b: IndexPosition): number =>
  b.createdAt - a.createdAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
