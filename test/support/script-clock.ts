import type { Redis } from 'ioredis';
import { loadScript } from '../../src/store/script.js';

/** Far from now: what ends by this clock does not end by Redis's own. */
const BEGIN = Date.UTC(2100, 0, 1, 12);

/** Scripts on a real Redis, under a clock that the test sets: TIME answers `now` (Unix ms). */
export class ScriptClock {
  now = BEGIN;
  private readonly sources: ReadonlyMap<string, string>;

  constructor(
    private readonly client: Redis,
    scripts: readonly string[],
  ) {
    this.sources = new Map(scripts.map(loadScript).map(({ sha, source }) => [sha, source]));
  }

  /** In the place of the client that stores get. */
  get redis(): Redis {
    const evalsha = (sha: string, count: number, ...rest: (string | number)[]) =>
      this.client.eval(this.shadowed() + this.sources.get(sha)!, count, ...rest);
    return { evalsha } as unknown as Redis;
  }

  private shadowed(): string {
    const [seconds, micros] = [Math.floor(this.now / 1_000), (this.now % 1_000) * 1_000];
    return `
local real = redis
local redis = { call = function(command, ...)
  if command == 'TIME' then return { '${seconds}', '${micros}' } end
  return real.call(command, ...)
end }
`;
  }
}
