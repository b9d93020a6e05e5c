import { ProviderError } from '../errors.js';
import type { Link } from './link.js';
import type { Pdu } from './pdu.js';
import type { Late } from './session.js';

interface Waiter {
  readonly resolve: (link: Link) => void;
  readonly reject: (error: ProviderError) => void;
  readonly timer: NodeJS.Timeout;
}

/** All binds of an account. A message takes the one with the most room, or waits its turn for the first that has any. */
export class Pool {
  private readonly waiters = new Set<Waiter>();
  private opened = false;

  constructor(private readonly links: readonly Link[]) {}

  open(): void {
    if (this.opened) return;
    this.opened = true;
    for (const link of this.links) link.open();
  }

  /**
   * Sends one `submit_sm` over some bind.
   * @param stillWanted asked after it had to wait
   * @throws ProviderError `unreachable`, `throttled` or `rejected` when it did not leave, `maybe_sent` when no answer came
   */
  async submit(fields: object, deadline: number, late: Late, stillWanted: () => Promise<boolean>): Promise<Pdu> {
    this.open();
    const waits = this.waiters.size > 0 || !this.roomiest();
    const link = await this.reserve(deadline);
    if (waits && !(await stillWanted())) {
      link.release();
      throw new ProviderError('rejected', 'no_longer_wanted');
    }
    return link.submit(fields, deadline, late);
  }

  /** Serves those who wait, in their order; or lets them go when nothing is left to wait for. */
  readonly serve = (): void => {
    for (const waiter of this.waiters) {
      const link = this.roomiest();
      if (link) {
        link.reserve();
        this.remove(waiter).resolve(link);
      } else if (!this.links.some(({ hopeful }) => hopeful)) this.remove(waiter).reject(this.failure());
      else return;
    }
  };

  async close(): Promise<void> {
    this.opened = true;
    await Promise.all(this.links.map((link) => link.close()));
    this.serve();
  }

  private reserve(deadline: number): Promise<Link> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.remove(waiter).reject(this.failure());
        },
        Math.max(0, deadline - Date.now()),
      );
      const waiter: Waiter = { resolve, reject, timer };
      this.waiters.add(waiter);
      this.serve();
    });
  }

  private remove(waiter: Waiter): Waiter {
    clearTimeout(waiter.timer);
    this.waiters.delete(waiter);
    return waiter;
  }

  private roomiest(): Link | undefined {
    const [best] = this.links.filter(({ room }) => room > 0).sort((a, b) => b.room - a.room);
    return best;
  }

  /** Why nothing could be sent. */
  private failure(): ProviderError {
    if (this.links.some(({ paused }) => paused)) return new ProviderError('throttled', 'paused');
    if (this.links.some(({ bound }) => bound)) return new ProviderError('unreachable', 'window_full');
    // A wrong password is what the operator should hear of first.
    const failures = this.links.map(({ failure }) => failure);
    const worst = failures.find(({ kind }) => kind === 'misconfigured') ?? failures[0];
    return worst ?? new ProviderError('unreachable', 'not_bound');
  }
}
