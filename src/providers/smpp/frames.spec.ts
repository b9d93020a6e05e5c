import { describe, expect, it } from '@jest/globals';
import { frameOf } from '../../../test/peers/smpp-codec.js';
import { Frames, LostFrame } from './frames.js';

const length = (octets: number): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(octets);
  return head;
};

describe('Frames', () => {
  const pdus = [frameOf(0x15, 1), frameOf(0x05, 2, Buffer.alloc(300, 7)), frameOf(0x06, 3)];
  const stream = Buffer.concat(pdus);

  it.each([1, 3, 15, 16, 17, 200, stream.length])('finds the same PDUs in pieces of %i octets', (size) => {
    const frames = new Frames();
    const found: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) found.push(...frames.add(stream.subarray(at, at + size)));
    expect(found).toEqual(pdus);
  });

  it.each([0, 4, 15, 16 * 1024 + 1, 0x7fffffff, 0xffffffff])('is lost at a length of %i', (octets) => {
    expect(() => [...new Frames().add(length(octets))]).toThrow(LostFrame);
  });

  it('gives what is whole before that', () => {
    const found = new Frames().add(Buffer.concat([...pdus, length(0)]));
    expect(pdus.map(() => found.next().value)).toEqual(pdus);
    expect(() => found.next()).toThrow(LostFrame);
  });

  it('takes PDUs of 16 KB, once they are whole', () => {
    const add = (octets: number) => [...new Frames().add(Buffer.concat([length(16 * 1024), Buffer.alloc(octets)]))];
    expect(add(16 * 1024 - 5)).toEqual([]);
    expect(add(16 * 1024 - 4)).toHaveLength(1);
  });
});
