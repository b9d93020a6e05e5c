import { describe, expect, it } from '@jest/globals';
import { isFailure, meaningOf, type Meaning } from './errors.js';

/** The platform's documented codes and words, each once: by what they mean. */
const DOCUMENTED: Record<Meaning, string> = {
  pending: 'AWAITING-DLR SCHEDULED ENROUTE EN_ROUTE queued dispatched sent RECEIVED',
  delivered: '000 DELIVRD DELIVERED delivered ANSWER COMPLETED',
  read: 'read',
  bad_recipient: '001 002 015 INVALID-SUB 404 INV-NUMBER',
  unreachable:
    '003 010 ABSENT-SUB 004 006 007 HANDSET-ERR 008 012 017 019 NET-ERR 009 MEMEXEC 013 MOB-OFF 016 HANDSET-BUSY ' +
    '021 EXPIRED expired TIMEOUT-DLR 403 405 406 430 431 432 433 SERVER-ERR offline ' +
    'BUSY NOANSWER CANCEL CONGESTION CHANUNAVAIL MISSED',
  rejected:
    '005 020 BARRED 018 SERIES-BLK 400 SERIES-BLOCK 408 DNDNUMB 450 BLACKLST 455 NOT-OPTIN 456 OPTOUT-REJ ' +
    '457 PROMO-TMOUT 458 REJECTED rejected 459 NOTALLOWED notallowed 460 DUPLICATE DELETED deleted blacklist',
  unknown: '011 014 045 462 FAILED failed 034 099 461 UNDELIV UNDELIVERABLE',
  quota: '401 NO-CREDITS',
  throttled: '463 THROTTLED',
  bad_message:
    '407 SPAM 451 SNDR-BLOCK 452 TEMPLATE-NOT-FOUND 453 INV-TEMPLATE 454 INV-SENDER 777 DLT-REJECTED ' +
    '778 REJ-MULTIPART 782 DLT-INV-TM-ID 783 DLT-TM-VAR-EXECEED 785 DLT-TM-BLACKLST 787 DLT-HEADER-INACTIVE ' +
    '788 DLT-TM-INACTIVE 789 DLT-SENDER-NOT-REG-TM',
  misconfigured:
    '402 NO-ACCOUNT 780 DLT-INV-TMID 781 DLT-INV-ENTITY 784 DLT-ENTITY-NOT-FOUND 786 DLT-ENTITY-BLACKLST ' +
    '790 INV-PROVISION 791 INV-SERVICE 792 INV-SCHEDULE',
  maybe_sent: '',
};

describe('meaningOf', () => {
  const rows = Object.entries(DOCUMENTED).flatMap(([meaning, words]) =>
    words
      .split(' ')
      .filter(Boolean)
      .map((word) => [word, meaning] as const),
  );

  it.each(rows)('knows %s as %s', (word, meaning) => {
    expect(meaningOf(word)).toBe(meaning);
  });

  it.each(['', '779', '1', 'NO SUCH WORD', 'constructor', '__proto__'])('does not know %j', (word) => {
    expect(meaningOf(word)).toBeUndefined();
  });
});

describe('isFailure', () => {
  it('is true for kinds of failure only', () => {
    const failures = (Object.keys(DOCUMENTED) as Meaning[]).filter(isFailure);
    expect(failures).toHaveLength(9);
    expect(failures).not.toContain('pending');
  });
});
