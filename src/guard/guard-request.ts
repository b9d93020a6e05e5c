import { visitorOf } from '../shared/addresses.js';
import type { GuardRequest } from '../store/guard.store.js';
import type { Verdict } from './evaluate.js';
import { checkedKeys, limitChecks } from './limit-checks.js';
import type { GuardPolicy, LimitSubject } from './policy.js';
import type { KeptKey, Send } from './send.js';
import { hashFor, labelOfAddress, labelOfPrefix, prefixOf } from './subjects.js';

/** What a send is counted by that only its caller knows. @throws Problem 422 naming `limit_keys` */
export function keysOf(
  lookupKey: Buffer,
  { limits }: GuardPolicy,
  { application, limitKeys, keptKeys }: Send,
): readonly KeptKey[] | undefined {
  return limitKeys ? checkedKeys(limitKeys, limits, hashFor(lookupKey, application)) : keptKeys;
}

/** A send in the terms of admit.lua; undefined where no rule has to remember anything. */
export function guardRequest(
  lookupKey: Buffer,
  policy: GuardPolicy,
  send: Send,
  verdict: Verdict,
  keys: readonly KeptKey[] = [],
): GuardRequest | undefined {
  const { application, recipient, clientIp, once } = send;
  const isPhone = recipient.kind === 'phone';
  // Test inboxes cost nothing, and who is on an allow list is known already.
  const learns = isPhone && send.mode === 'live' && !verdict.trusted;
  const pumps = learns && Object.values(policy.pumping).some((mode) => mode !== 'off');
  if (policy.limits.length === 0 && keys.length === 0 && !pumps && !verdict.filtered) return undefined;

  const hash = hashFor(lookupKey, application);
  const counts = (subject: LimitSubject): boolean => policy.limits.some(({ key }) => key === subject);
  const prefix = isPhone && (pumps || verdict.filtered || counts('prefix')) ? prefixOf(recipient.address) : undefined;
  const prefixHash = prefix && hash('prefix', prefix);
  const ipHash = clientIp !== undefined && (pumps || counts('client_ip')) ? hash('ip', visitorOf(clientIp)) : undefined;
  const country = isPhone ? (recipient.country ?? '') : undefined;
  const limits = limitChecks(policy.limits, { client_ip: ipHash, prefix: prefixHash, country, application: '' }, keys);
  const shadow = verdict.monitored.length > 0 ? 1 : undefined;
  if (!pumps && !verdict.filtered) return limits.length > 0 ? { once, shadow, limits } : undefined;
  return {
    once,
    shadow,
    limits,
    prefix: prefixHash,
    country: country ?? '',
    ip: ipHash,
    filter: verdict.filtered ? 'enforce' : undefined,
    ...(pumps && {
      pumping: policy.pumping,
      labels: [
        labelOfPrefix(prefix ?? ''),
        country ?? '',
        application,
        clientIp === undefined ? '' : labelOfAddress(clientIp),
      ],
    }),
  };
}
