import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { GuardSettingsBook } from '../guard/guard-settings.js';
import { Poller } from '../shared/poller.js';
import { KEYRING, LOGGER } from '../shared/tokens.js';
import { ApplicationStore } from '../store/application.store.js';
import { PEPPER_LOST, PepperStore } from '../store/pepper.store.js';

/** So soon after the start, and again when Redis could not be reached. */
const LOOK_EVERY_MS = 1_000;
/** Processes that have not restarted yet may write with the secrets of before. */
const AGAIN_AFTER_MS = 3_600_000;
const WRITTEN = 'PASSLANE_SECRET: lists and API keys are written with the secrets of now';

/**
 * Lists and the pepper of API keys outlive secrets: they are written anew when somebody reads them. While more than one
 * secret is listed this reads them all, so that nothing needs the old one when it is taken away. Any number of processes
 * may do so at once.
 */
@Injectable()
export class Rewriting implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: Poller;
  private doneAt = -Infinity;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly applications: ApplicationStore,
    private readonly settings: GuardSettingsBook,
    private readonly peppers: PepperStore,
  ) {
    this.poller = new Poller('the rotation of PASSLANE_SECRET', LOOK_EVERY_MS, () => this.look(), logger);
  }

  onApplicationBootstrap(): void {
    if (this.keyring.lookups.length > 1) this.poller.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    return this.poller.stop();
  }

  private async look(): Promise<void> {
    if (performance.now() - this.doneAt < AGAIN_AFTER_MS) return;
    const pepper = await this.peppers.get();
    const names = new Set([...this.config.applications.keys(), ...(await this.applications.ids())]);
    for (const name of names) {
      if (this.stopped) return;
      await this.settings.load(name);
    }
    this.doneAt = performance.now();
    // Operators take the old secret away at the second of these lines: nothing else may be said where something is lost.
    if (!pepper) this.logger.error(PEPPER_LOST);
    else this.logger.info({ applications: names.size }, WRITTEN);
  }
}
