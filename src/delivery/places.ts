/** How many messages of one account this process sends at a time, whoever has asked for them. */
export class Places {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param most that may be taken at a time */
  constructor(private readonly most: number) {}

  /** As many wait as there are places: who comes now would wait for long. */
  get crowded(): boolean {
    return this.waiting.length >= this.most;
  }

  /** Does it as soon as there is a place; whoever has waited longest is first. */
  async occupy(work: () => Promise<void>): Promise<void> {
    if (this.taken < this.most) this.taken++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.taken--;
    }
  }
}
