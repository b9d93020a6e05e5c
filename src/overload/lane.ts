/** Those who wait have not got fewer for so many samples of 100 ms: that is no burst, which would. */
const STANDING_SAMPLES = 3;
const FEWER = 0.95;
/** Fewer are no crowd: so many come while a process stands still for a moment, as where Redis writes its file beside it. */
const CROWD = 100;
/** How many may wait from then on: enough that nobody who is at work runs out of it. */
const CROWDED = 20;

/** Those of a kind who wait until there is room for them, first come, first served. */
export class Lane {
  private readonly waiting = new Set<() => void>();
  private crowded = false;
  /** How many waited at the last sample, the fewest at a time since then, and whether anybody had to. */
  private before = 0;
  private fewest = 0;
  private used = false;
  private standing = 0;

  /** @param most how many may wait: the size of a burst that is served whole */
  constructor(private readonly most: number) {}

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  get hasRoom(): boolean {
    return this.waiting.size < (this.crowded ? CROWDED : this.most);
  }

  /** @returns forgets that it waits */
  wait(letIn: () => void): () => void {
    this.used = true;
    this.waiting.add(letIn);
    return () => {
      this.remove(letIn);
    };
  }

  /** Lets in who has waited longest. */
  next(): void {
    const [first] = this.waiting;
    if (!first) return;
    this.remove(first);
    first();
  }

  /** Every 100 ms. @param busy whether this process cannot work at more @returns whether anybody had to wait since */
  observe(busy: boolean): boolean {
    const { used } = this;
    const now = this.waiting.size;
    const stands = this.fewest > 0 && now >= Math.max(CROWD, FEWER * this.before);
    this.standing = busy && stands ? this.standing + 1 : 0;
    // Who comes into a short lane finds others in it as long as more come than are served.
    this.crowded = this.crowded ? used : this.standing >= STANDING_SAMPLES;
    this.before = this.fewest = now;
    this.used = now > 0;
    return used;
  }

  private remove(one: () => void): void {
    this.waiting.delete(one);
    this.fewest = Math.min(this.fewest, this.waiting.size);
  }
}
