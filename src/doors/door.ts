import type { Type } from '@nestjs/common';
import type { DoorsConfig } from '../config/config.js';
import type { ErrorFace } from '../shared/problem.filter.js';

/** Another product's API over the same core: it translates, and decides nothing (docs/doors.md). */
export interface Door {
  readonly name: keyof DoorsConfig;
  readonly module: Type;
  /** How it says that something is wrong, anywhere below its prefix. */
  readonly face: ErrorFace;
  /** Callers may name the verb that they mean in the query: `_method`. */
  readonly overridesMethod?: boolean;
}
