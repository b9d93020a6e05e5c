import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { endWhenTold, toldToStop } from './told-to-stop.js';

describe('toldToStop', () => {
  const tell = () => {
    const source = new EventEmitter();
    const again: string[] = [];
    const clock = { now: 5_000 };
    const told = toldToStop(
      source,
      (signal) => again.push(signal),
      () => clock.now,
    );
    return { source, again, clock, told };
  };

  it.each(['SIGTERM', 'SIGINT'])('hears %s', async (signal) => {
    const { source, told } = tell();
    source.emit(signal);
    expect(await told).toBe(signal);
  });

  it('takes the death of the parent for one', async () => {
    const { source, told } = tell();
    source.emit('disconnect');
    expect(await told).toBe('parent is gone');
  });

  it('takes what a terminal and a parent say within a second for one wish, and what comes later for a second', () => {
    const { source, again, clock } = tell();
    source.emit('SIGINT');
    clock.now += 900;
    source.emit('SIGTERM');
    expect(again).toEqual([]);
    clock.now += 200;
    source.emit('SIGINT');
    expect(again).toEqual(['SIGINT']);
  });
});

describe('endWhenTold', () => {
  it('ends at either signal, until it is left to others', () => {
    const source = new EventEmitter();
    const ends: string[] = [];
    const leaveIt = endWhenTold(source, (signal) => ends.push(signal));
    source.emit('SIGTERM', 'SIGTERM');
    source.emit('SIGINT', 'SIGINT');
    leaveIt();
    source.emit('SIGTERM', 'SIGTERM');
    expect(ends).toEqual(['SIGTERM', 'SIGINT']);
  });
});
