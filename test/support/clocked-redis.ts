import type { Redis } from 'ioredis';
import { PRELUDE } from '../model/virtual-redis.js';
import { loadScript } from '../../src/store/script.js';

const EPILOGUE = `
end
return scripted()`;

/**
 * The real scripts on the real Redis, under a clock that is moved by hand. What Redis would have removed meanwhile is still
 * there; it begins in a year that Redis does not reach, so that nothing goes early.
 */
export class ClockedRedis {
  now = Date.UTC(2100, 0, 1);

  private constructor(
    private readonly real: Redis,
    /** By the hash under which the stores know a script. */
    private readonly scripts: ReadonlyMap<string, string>,
  ) {}

  static async load(real: Redis, names: readonly string[]): Promise<ClockedRedis> {
    const scripts = new Map<string, string>();
    for (const name of names) {
      const { source, sha } = loadScript(name);
      scripts.set(sha, String(await real.script('LOAD', PRELUDE + source + EPILOGUE)));
    }
    return new ClockedRedis(real, scripts);
  }

  /** As far as stores use it. */
  get client(): Redis {
    const evalsha = (sha: string, count: number, ...rest: (string | number)[]) =>
      this.real.evalsha(this.scripts.get(sha) ?? sha, count, ...rest, JSON.stringify({ now: this.now }));
    return { evalsha } as unknown as Redis;
  }
}
