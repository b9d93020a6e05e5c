import { randomUUID } from 'node:crypto';
import type { RecipientRef } from '../recipients/lookup.js';
import type { NodeAnswer } from '../shared/redis/nodes.js';

/**
 * Names of everything in Redis. All keys of a recipient share one hash tag, so that one script on one node can change
 * them together; Lua builds names the same way (scripts/_shared.lua).
 *
 * | key | holds | lives |
 * |---|---|---|
 * | `pl:{xx}:v:<id>` | a verification's state and attempts (hash) | to the expiry + `retention.record` |
 * | `pl:{xx}:f:<id>` | its sealed facts: address, plan, metadata | to the expiry + `retention.number` |
 * | `pl:{xx}:k:<id>` | sealed answers of calls with an Idempotency-Key, which tell of a person | 24 h, at most as the facts |
 * | `pl:{xx}:p:<recipient>:<slot>` | id of the live verification | to the expiry |
 * | `pl:{xx}:due` | when something must be done next for which id | 25 to 26 h from the last write |
 * | `pl:{xx}:bs:<recipient>`, `bf:` | times of its sends and failed checks, newest first (list) | the longest window |
 * | `pl:{xx}:ev` | outbox: events that are not published yet (stream) | 8 days from the last write |
 * | `pl:{xx}:i:<call>` | what a call with an Idempotency-Key has answered | 24 h |
 * | `pl:{xx}:n:<recipient>`, `t:<application>`, `r:<reference>` | search indexes | 24 h + `retention.record` from the last write |
 */
const SHARDS = 256;

export const allShards: readonly string[] = Array.from({ length: SHARDS }, (_, i) => i.toString(16).padStart(2, '0'));

/** Of answers that name shards by their positions (from 1) among the keys. */
export const shardsAt = (answers: readonly NodeAnswer[]): string[] =>
  answers.flatMap(({ places, answer }) =>
    (answer as number[]).map((position) => allShards[places[position - 1] as number] as string),
  );

/** For the log of whoever asks all shards. @param silent those that nobody answers for */
export const notAnswered = (silent: readonly string[]): Error =>
  new Error(`no answer about ${silent.length} of ${SHARDS} shards: ${silent.slice(0, 8).join(', ')}`);

const VERIFICATION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const isVerificationId = (text: string): boolean => VERIFICATION_ID.test(text);

/** A random UUID (version 4) whose last two digits are the shard: from the id alone we know where to look. */
export const newVerificationId = (shard: string): string => randomUUID().slice(0, -2) + shard;

export const shardOf = (id: string): string => id.slice(-2);

export const stateKey = (id: string): string => `pl:{${shardOf(id)}}:v:${id}`;
export const factsKey = (id: string): string => `pl:{${shardOf(id)}}:f:${id}`;
export const answersKey = (id: string): string => `pl:{${shardOf(id)}}:k:${id}`;
export const outboxKey = (shard: string): string => `pl:{${shard}}:ev`;
export const onceKey = (shard: string, call: string): string => `pl:{${shard}}:i:${call}`;
export const dueKey = (shard: string): string => `pl:{${shard}}:due`;
export const pendingKey = ({ shard, hash }: RecipientRef, slot: string): string => `pl:{${shard}}:p:${hash}:${slot}`;
export const sendsKey = ({ shard, hash }: RecipientRef): string => `pl:{${shard}}:bs:${hash}`;
export const failuresKey = ({ shard, hash }: RecipientRef): string => `pl:{${shard}}:bf:${hash}`;
export const byNumberKey = ({ shard, hash }: RecipientRef): string => `pl:{${shard}}:n:${hash}`;
export const byTimeKey = (shard: string, application: string): string => `pl:{${shard}}:t:${application}`;
export const byReferenceKey = (shard: string, hash: string): string => `pl:{${shard}}:r:${hash}`;
