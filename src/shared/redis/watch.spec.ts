import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Redis } from 'ioredis';
import { giveUpWhenHung } from './watch.js';

/** A client whose Redis answers after so many ms, or never. */
class Client extends EventEmitter {
  status = 'ready';
  options = {};
  answersAfter = 0;
  left = 0;

  ping = () => new Promise((resolve) => setTimeout(resolve, this.answersAfter));
  info = this.ping;

  disconnect(): void {
    this.left += 1;
    this.emit('close');
    this.status = 'connecting';
    this.emit('connecting');
  }
}

const NEVER = 1e9;

describe('giveUpWhenHung', () => {
  let client: Client;

  beforeEach(() => {
    jest.useFakeTimers();
    client = new Client();
    giveUpWhenHung(client as unknown as Redis);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it.each(Array.from({ length: 20 }, (_, i) => 1_000 + 50 * i))(
    'leaves within 0.7 s a Redis that hangs after %i ms',
    async (ms) => {
      await jest.advanceTimersByTimeAsync(ms);
      client.answersAfter = NEVER;
      await jest.advanceTimersByTimeAsync(705);
      expect(client.left).toBe(1);
    },
  );

  it('stays with one that answers late', async () => {
    client.answersAfter = 590;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(client.left).toBe(0);
  });

  it('stays with one that loads its file and says so, and leaves it when it hangs', async () => {
    client.status = 'connect';
    client.ping = () => Promise.reject(new Error("Stream isn't writeable"));
    await jest.advanceTimersByTimeAsync(10_000);
    expect(client.left).toBe(0);
    client.answersAfter = NEVER;
    await jest.advanceTimersByTimeAsync(705);
    expect(client.left).toBe(1);
  });

  it('leaves a connection that nobody accepts, again and again, and nothing of it stays', async () => {
    client.answersAfter = NEVER;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(client.left).toBeGreaterThan(50);
    const listeners = client.eventNames().flatMap((name) => client.listeners(name));
    expect(listeners.length).toBeLessThan(6);
  });

  it('ends with a client that is left before it has a connection', () => {
    expect(jest.getTimerCount()).toBe(1);
    client.emit('end');
    expect(jest.getTimerCount()).toBe(0);
  });
});
