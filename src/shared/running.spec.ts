import { EventEmitter, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Running } from './running.js';

describe('Running', () => {
  it('is idle when nothing runs', async () => {
    await new Running().idle();
  });

  it('waits for all that runs, also for what starts meanwhile, and for failures', async () => {
    const running = new Running();
    const [first, second] = [new EventEmitter(), new EventEmitter()];
    const answer = running.track(once(first, 'end'));
    let idle = false;
    const done = running.idle().then(() => (idle = true));
    running.track(once(second, 'end')).catch(() => undefined);
    first.emit('end', 'well');
    expect(await answer).toEqual(['well']);
    await turn();
    expect(idle).toBe(false);
    second.emit('error', new Error('not well'));
    expect(await done).toBe(true);
  });
});
