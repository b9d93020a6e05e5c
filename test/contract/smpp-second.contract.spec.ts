import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Provider, Receipt } from '../../src/providers/contract.js';
import { PASSWORD, SYSTEM_ID } from '../peers/smpp-smsc.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { Child } from '../support/processes.js';
import { freePort } from '../support/ports.js';
import { failureOf, smppAccount } from '../support/smpp.js';
import { until } from '../support/wait.js';

/** What the second implementation says that it got. */
interface Line {
  readonly bound?: boolean;
  readonly closed?: boolean;
  readonly listening?: boolean;
  readonly to?: string;
  readonly from?: string;
  readonly message?: string;
  readonly dlr?: boolean;
  readonly parts?: number;
}

describe('a message centre of somebody else’s making (larvitsmpp)', () => {
  let centre: Child;
  let at: { url: string };
  let provider: Provider;
  const receipts: Receipt[] = [];
  const lines = (): Line[] =>
    centre.output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const count = (what: 'bound' | 'closed' | 'listening'): number => lines().filter((line) => line[what]).length;
  const got = (to: string): Promise<Line> =>
    until('the message', () => lines().find((line) => line.to === to.slice(1)));

  beforeAll(async () => {
    const port = await freePort();
    centre = new Child(process.execPath, ['test/peers/larvitsmpp.mjs', String(port), SYSTEM_ID, PASSWORD]);
    await until('the centre', () => count('listening') === 1, 30_000);
    at = { url: `smpp://127.0.0.1:${port}` };
    provider = smppAccount(at, { enquireLink: 1 }, (receipt) => {
      receipts.push(receipt);
      return Promise.resolve();
    });
  });
  afterAll(async () => {
    await provider.close?.();
    await centre.end('SIGKILL');
  });

  it.each([
    ['plain', '+14155550101', '042137 is your code.', 1],
    ['Unicode', '+14155550102', 'Код 042137 🔐', 1],
    ['long', '+14155550103', '042137 is your code. '.repeat(12), 2],
  ])('E15 takes a %s text, and its receipt is understood', async (_, to, text, parts) => {
    const accepted = await provider.send(outgoingMessage({ to, text }), inSeconds(20));
    const messageId = `larvit-${to.slice(1)}`;
    // It numbers the parts of a long one.
    expect(accepted.messageId).toBe(parts === 1 ? messageId : `${messageId}-${parts}`);
    expect(await got(to)).toMatchObject({ from: 'Shop', message: text, parts });
    if (parts > 1) return;
    const receipt = { about: { messageId }, status: 'delivered', vendorStatus: 'DELIVRD' };
    await until('the receipt', () => receipts.length > 0);
    expect(receipts.splice(0)).toEqual([{ ...receipt, error: undefined }]);
  });

  it('E15 tells what was not delivered', async () => {
    const to = '+14155550104';
    await provider.send(outgoingMessage({ to, text: 'undeliverable' }), inSeconds(20));
    const error = { kind: 'unknown', code: 'err_1' };
    const failed = { about: { messageId: `larvit-${to.slice(1)}` }, status: 'failed', vendorStatus: 'UNDELIV', error };
    await until('the receipt', () => receipts.length > 0);
    expect(receipts.splice(0)).toEqual([failed]);
  });

  it('refuses a wrong password', async () => {
    const stranger = smppAccount(at, { password: 'not-it' });
    expect(await failureOf(stranger, 20)).toMatchObject({ kind: 'misconfigured', code: 'bind_smpp_0x0d' });
    await stranger.close?.();
  });

  it('answers enquire_link and unbind', async () => {
    const began = Date.now();
    await until('two rounds of enquire_link', () => Date.now() - began > 2_500);
    expect(count('bound')).toBe(1);
    await provider.close?.();
    await until('the end', () => count('closed') > 0);
  });
});
