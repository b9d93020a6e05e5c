/** Work that should come to its end before the process does. */
export class Running {
  private readonly works = new Set<Promise<unknown>>();

  track<T>(work: Promise<T>): Promise<T> {
    this.works.add(work);
    const forget = (): void => {
      this.works.delete(work);
    };
    work.then(forget, forget);
    return work;
  }

  /** Until nothing runs, whether it succeeds or fails: also what starts meanwhile. */
  async idle(): Promise<void> {
    while (this.works.size > 0) await Promise.allSettled(this.works);
  }
}
