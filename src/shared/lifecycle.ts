/** Where a process is in its life. Only one that is `serving` calls itself ready; one that drains still answers. */
export class Lifecycle {
  private current: 'starting' | 'serving' | 'draining' = 'starting';

  get state(): 'starting' | 'serving' | 'draining' {
    return this.current;
  }

  /** Start-up is complete. One that was told to stop meanwhile stays as it is. */
  serve(): void {
    if (this.current === 'starting') this.current = 'serving';
  }

  /** There is no way back. */
  drain(): void {
    this.current = 'draining';
  }
}
