// What has not come to its end: verifications, jobs, outboxes, events that their receiver has not got.
import { Queue } from 'bullmq';

const SHARDS = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const FINAL = new Set(['approved', 'expired', 'canceled', 'locked']);
const PAGE = 1_000;

/**
 * @param outcomes verification → final status as its person has seen it @param receiver of the webhooks
 * @returns { wrong: text → count, statuses: status → count, events }
 */
export async function verificationsLeft(redis, outcomes, receiver) {
  const [wrong, statuses] = [new Map(), new Map()];
  const count = (map, text) => map.set(text, (map.get(text) ?? 0) + 1);
  const ids = [...outcomes.keys()];
  let events = 0;
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE);
    const pipeline = redis.pipeline();
    for (const id of page) pipeline.hmget(`pl:{${id.slice(-2)}}:v:${id}`, 'status', 'seq');
    const answers = await pipeline.exec();
    for (const [i, [error, [status, seq] = []]] of answers.entries()) {
      if (error) throw error;
      count(statuses, status);
      events += Number(seq);
      if (!FINAL.has(status)) count(wrong, `${status} for ever`);
      else if (status !== (outcomes.get(page[i]) ?? status)) {
        count(wrong, `${status}, its person saw ${outcomes.get(page[i])}`);
      }
      if (!receiver.hasAll(page[i], Number(seq))) count(wrong, 'events that were not delivered');
    }
  }
  return { wrong, statuses, events };
}

/** @returns name → how many are left, of all that should be empty */
export async function workLeft(redis, accounts) {
  const left = { 'outbox entries': 0, 'due entries': 0, 'events for another attempt': 0, 'dead letters': 0 };
  for (const shard of SHARDS) {
    left['outbox entries'] += await redis.xlen(`pl:{${shard}}:ev`);
    left['due entries'] += await redis.zcard(`pl:{${shard}}:due`);
  }
  for await (const keys of redis.scanStream({ match: 'pl:{ev:*}:w[rd]:*', count: PAGE })) {
    for (const key of keys) {
      left[key.includes(':wr:') ? 'events for another attempt' : 'dead letters'] += await redis.zcard(key);
    }
  }
  for (const account of accounts) {
    const queue = new Queue(`deliver-${account}`, { connection: redis, prefix: '{pl:q}', skipVersionCheck: true });
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed', 'completed');
    for (const [state, count] of Object.entries(counts)) left[`jobs ${state}`] = (left[`jobs ${state}`] ?? 0) + count;
  }
  return left;
}
