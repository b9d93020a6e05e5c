// Preloaded into the service by the soak: tells what is left of the heap after a full garbage collection, so that what
// grows is what is held and not what V8 has not looked at yet.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_MS = 15_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

setInterval(() => {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ heapUsed, external, rss });
}, EVERY_MS).unref();
