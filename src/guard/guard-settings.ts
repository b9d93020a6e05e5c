import { Injectable } from '@nestjs/common';
import type { GuardSettings } from './policy.js';

const NOTHING: GuardSettings = {};

/**
 * What people have said about the guard over the API. The same object as long as nothing has changed: whoever has
 * derived something from it goes by that.
 */
@Injectable()
export class GuardSettingsBook {
  /** At once when it is known, else after asking Redis. @throws what a Redis that is away throws */
  settingsOf(_application: string): GuardSettings | Promise<GuardSettings> {
    return NOTHING;
  }
}
