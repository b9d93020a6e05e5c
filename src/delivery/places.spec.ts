import { expect, it } from '@jest/globals';
import { Places } from './places.js';

/** Work that ends when it is told to. */
function work() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const make = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve, reject) => {
      ends.set(name, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  };
  return { begun, make, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

it('does as much at a time as there are places, at once, and the rest in its order', async () => {
  const places = new Places(2);
  const { begun, make, end } = work();
  const all = ['a', 'b', 'c', 'd'].map((name) => places.occupy(make(name)));
  expect(begun).toEqual(['a', 'b']);
  end('b');
  await all[1];
  expect(begun).toEqual(['a', 'b', 'c']);
  end('a');
  await all[0];
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  end('c');
  end('d');
  await Promise.all(all);
  void places.occupy(make('e'));
  void places.occupy(make('f'));
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('frees a place whose work has failed', async () => {
  const places = new Places(1);
  const { begun, make, end } = work();
  const [failing, next] = [places.occupy(make('a')), places.occupy(make('b'))];
  end('a', new Error('no'));
  await expect(failing).rejects.toThrow('no');
  expect(begun).toEqual(['a', 'b']);
  end('b');
  await next;
});

it('is crowded when as many wait as may be at work', () => {
  const places = new Places(2);
  const { make } = work();
  const crowded = ['a', 'b', 'c', 'd'].map((name) => {
    void places.occupy(make(name));
    return places.crowded;
  });
  expect(crowded).toEqual([false, false, false, true]);
});
