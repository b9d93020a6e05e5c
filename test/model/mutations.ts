import type { Mutation } from './virtual-redis.js';

/** Guards, each dropped from a copy of its script. */
export const MUTATIONS: readonly (Mutation & { readonly without: string })[] = [
  {
    without: 'the status guard of a claim',
    script: 'claim',
    replace: "if s[1] ~= 'pending' then",
    by: 'if false then',
  },
  {
    without: 'the exclusive claim',
    script: 'claim',
    replace: 'if claim_until and claim_until > now then',
    by: 'if false then',
  },
  {
    without: 'the due time of a claim',
    script: 'claim',
    replace: 'elseif next_at and next_at <= now then',
    by: 'elseif next_at then',
  },
  {
    without: 'the fence of a record',
    script: 'record',
    replace: 'if s[3] ~= ARGV[3] then',
    by: 'if false then',
  },
  {
    without: 'the guard against a repeated record',
    script: 'record',
    replace: 'if first then',
    by: 'if true then',
  },
  {
    without: 'the round of a record',
    script: 'record',
    replace: 's[4] == s[7] and s[6] ~= s[4]',
    by: 's[6] ~= s[4]',
  },
  {
    without: 'the confirmation that came before a record',
    script: 'record',
    replace: 's[4] == s[7] and s[6] ~= s[4]',
    by: 's[4] == s[7]',
  },
  {
    without: 'the revision of an applied decision',
    script: 'apply',
    replace: 'if s[3] ~= ARGV[2] then',
    by: 'if false then',
  },
  {
    without: 'the end as a limit of applied decisions',
    script: 'apply',
    replace: "if not live then return { 'done' } end",
    by: '',
  },
  {
    without: 'the revision of a continuation',
    script: 'continue',
    replace: ' or s[3] ~= ARGV[2]',
    by: '',
  },
  {
    without: 'the count before the comparison',
    script: 'check',
    replace: "made = redis.call('HINCRBY', key, 'made', 1)",
    by: "made = tonumber(redis.call('HGET', key, 'made')) + 1",
  },
  {
    without: 'the end after the last check',
    script: 'check',
    replace: 'if made >= max then',
    by: 'if false then',
  },
  {
    without: 'the use of an approved code',
    script: 'check',
    replace: "finish_as('approved')",
    by: "status = 'approved'",
  },
  {
    without: 'the expiry of a check',
    script: 'check',
    replace: "if status == 'pending' and now >= tonumber(s[3]) then",
    by: 'if false then',
  },
  {
    without: 'the replacement of older codes',
    script: 'check',
    replace: 'local live = g == gen or',
    by: 'local live = true or',
  },
  {
    without: 'the one live verification of a slot',
    script: 'start',
    replace: 'if pending then',
    by: 'if false then',
  },
  {
    without: 'the budget of sends',
    script: 'start',
    replace: 'if name then return',
    by: 'if false then return',
  },
  {
    without: 'the next due time after a record',
    script: 'record',
    replace: 'if moved then due(prefix_of(key), id, math.min(next_at or expires, expires)) end',
    by: '',
  },
  {
    without: 'the event of an end',
    script: 'check',
    replace: 'emit(key, id, now, status, nil, reason)',
    by: '',
  },
  {
    without: 'the sequence of events',
    script: 'record',
    replace: "redis.call('HINCRBY', key, 'seq', 1)",
    by: "redis.call('HGET', key, 'seq') + 1",
  },
  {
    without: 'the guard against a delivery that was told before',
    script: 'apply',
    replace: "if first and ARGV[4] ~= 'failed' then emit",
    by: "if ARGV[4] ~= 'failed' then emit",
  },
  {
    without: 'the round of a failover',
    script: 'claim',
    replace: 'if last[3] == next[4] and',
    by: 'if',
  },
  {
    without: 'the answer to a cancel after the end',
    script: 'cancel',
    replace: "if s[2] ~= 'pending' then",
    by: 'if false then',
  },
];
