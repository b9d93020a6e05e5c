import { describe, expect, it } from '@jest/globals';
import { spellCode } from '../../src/providers/text/speech.js';
import { behaviours, type Behaviour } from '../support/gateway.js';
import { failureOf, GeniqBench, sendOver } from '../support/geniq.js';
import { outgoingMessage } from '../support/messages.js';

const bench = GeniqBench.use();
const MESSAGE = { recipient: '14155550100', reference: outgoingMessage().attemptId };

describe('geniq: WhatsApp', () => {
  const whatsapp = { channel: 'whatsapp' } as const;

  it('F1 sends an authentication template with the code as `otp`, and nothing else with it', async () => {
    const { messageId } = await sendOver(bench.account({ whatsapp: { template: 'login_code' } }), whatsapp);
    const fields = { ...MESSAGE, type: 'template', name: 'login_code', language: 'en', otp: '042137' };
    expect(bench.vendor.taken).toEqual([{ path: 'whatsapp/messages', fields, messageId }]);
  });

  it('F2 sends texts in an open session', async () => {
    bench.vendor.sessions.add('14155550100');
    await sendOver(bench.account(), whatsapp);
    expect(bench.vendor.taken[0]!.fields).toEqual({ ...MESSAGE, type: 'text', body: outgoingMessage().text });
  });

  it('F2 fails with 301 outside of one', async () => {
    expect(await failureOf(sendOver(bench.account(), whatsapp))).toMatchObject({ kind: 'bad_message', code: '301' });
  });

  it('F3 fills the parameters of other templates, in their language', async () => {
    const template = {
      template: 'order_code',
      language: 'pt_BR',
      headerParams: ['Shop'],
      bodyParams: ['your order', '{{ code }}'],
    };
    await sendOver(bench.account({ whatsapp: template }), whatsapp);
    expect(bench.vendor.taken[0]!.fields).toEqual({
      ...MESSAGE,
      type: 'template',
      name: 'order_code',
      language: 'pt_BR',
      headerParams: ['Shop'],
      bodyParams: ['your order', '042137'],
    });
  });

  it.each([
    ['parameters without the code', { bodyParams: ['Shop'] }, 'whatsapp.bodyParams'],
    ['two parameters of the header', { headerParams: ['a', 'b'] }, 'whatsapp.headerParams'],
    ['no name', { template: '' }, 'whatsapp.template'],
  ])('F3 does not start with %s', (_, change, setting) => {
    expect(bench.wrongSettings({ whatsapp: { template: 'order_code', ...change } })).toEqual([setting]);
  });

  it('F4 never asks for GENIQ’s own fallback, nor lets it be configured', async () => {
    bench.vendor.sessions.add('14155550100');
    await sendOver(bench.account(), whatsapp);
    await sendOver(bench.account({ whatsapp: { template: 'login_code' } }), whatsapp);
    for (const { text } of bench.gateway.received) expect(text).not.toMatch(/fallback/i);
    expect(bench.wrongSettings({ whatsapp: { template: 'login_code', smsFallback: true } })).toEqual([
      'whatsapp.smsFallback',
    ]);
  });

  describe('with a template that GENIQ does not know', () => {
    const create = { expiresAfter: 10, copyButtonText: 'Copy the code' };

    it('F5 creates it once, as authentication template; the messages fail', async () => {
      const main = bench.account({ whatsapp: { template: 'new_code', language: 'de', create } });
      const failures = await Promise.all(Array.from({ length: 10 }, () => failureOf(sendOver(main, whatsapp))));
      for (const { kind, code } of failures) expect([kind, code]).toEqual(['bad_message', '302']);
      expect(bench.vendor.created).toEqual([
        {
          name: 'new_code',
          language: 'de',
          category: 'AUTHENTICATION',
          body: '{{1}} is your verification code.',
          bodyExample: ['123456'],
          otpMessageTtl: '600',
          otpAddSecurityRecommendation: true,
          otpExpiredAfter: '10',
          otpCopyButtonText: 'Copy the code',
        },
      ]);
    });

    it.each([1, 5, 90])('F5 lets no message arrive after the %i minutes that it names', async (expiresAfter) => {
      const main = bench.account({ whatsapp: { template: 'new_code', create: { expiresAfter } } });
      await failureOf(sendOver(main, whatsapp));
      expect(bench.vendor.created).toMatchObject([{ otpMessageTtl: String(expiresAfter * 60) }]);
    });

    it('F5 tells why it was not created', async () => {
      bench.vendor.refusals.push({ code: 302, status: 200 }, { code: 311, status: 200 });
      const main = bench.account({ whatsapp: { template: 'new_code', create } });
      expect(await failureOf(sendOver(main, whatsapp))).toMatchObject({ kind: 'bad_message', code: '311' });
      expect(await failureOf(sendOver(main, whatsapp))).toMatchObject({ kind: 'bad_message', code: '302' });
    });

    it('F5 knows that the message was not sent, though GENIQ says nothing about the template', async () => {
      bench.gateway.behaviour = (received, response) => {
        const answer = received.url.endsWith('message_templates') ? behaviours.hangsUp : bench.vendor.behaviour;
        answer(received, response);
      };
      const main = bench.account({ whatsapp: { template: 'new_code', create } });
      expect(await failureOf(sendOver(main, whatsapp))).toMatchObject({ kind: 'bad_message', code: 'UND_ERR_SOCKET' });
    });

    it.each<[string, Behaviour]>([
      ['hangs up', behaviours.hangsUp],
      ['is out of order', behaviours.answers(503)],
      ['is too busy', behaviours.answers(200, '{"responseCode":"5"}')],
      ['has failed', behaviours.answers(200, '{"responseCode":"99"}')],
      ['says nothing', behaviours.answers(200, '')],
    ])('F5 asks for it with the next message again where GENIQ %s', async (_, once) => {
      const answers = [once];
      bench.gateway.behaviour = (received, response) => {
        const isCreation = received.url.endsWith('message_templates');
        const answer = (isCreation ? answers.pop() : undefined) ?? bench.vendor.behaviour;
        answer(received, response);
      };
      const main = bench.account({ whatsapp: { template: 'new_code', create } });
      for (let i = 0; i < 3; i++)
        expect(await failureOf(sendOver(main, whatsapp))).toMatchObject({ kind: 'bad_message' });
      expect(bench.vendor.created).toHaveLength(1);
    });

    it('F5 creates nothing unless the settings say so', async () => {
      expect(await failureOf(sendOver(bench.account({ whatsapp: { template: 'new_code' } }), whatsapp))).toMatchObject({
        kind: 'bad_message',
        code: '302',
      });
      const bodyParams = ['{{code}}'];
      await failureOf(sendOver(bench.account({ whatsapp: { template: 'new_code', bodyParams, create } }), whatsapp));
      expect(bench.vendor.created).toEqual([]);
    });

    it.each([
      ['91 minutes', { expiresAfter: 91 }, 'expiresAfter'],
      ['0 minutes', { expiresAfter: 0 }, 'expiresAfter'],
      ['a button of 26 letters', { copyButtonText: 'x'.repeat(26) }, 'copyButtonText'],
    ])('F5 does not start with %s', (_, change, setting) => {
      expect(bench.wrongSettings({ whatsapp: { template: 'new_code', create: change } })).toEqual([
        `whatsapp.create.${setting}`,
      ]);
      expect(bench.gateway.received).toEqual([]);
    });

    it.each([1, 90])('F5 starts with %i minutes', (expiresAfter) => {
      expect(bench.wrongSettings({ whatsapp: { template: 'new_code', create: { expiresAfter } } })).toEqual([]);
    });
  });
});

describe('geniq: calls', () => {
  const voice = (locale = 'en-GB') =>
    ({ channel: 'voice', from: undefined, locale, text: `Your code is ${spellCode('042137', locale)}.` }) as const;

  it('F9 has the digits read one by one, in the voice of the text’s language', async () => {
    await sendOver(bench.account({ voice: { repeat: 1 } }), voice());
    expect(bench.vendor.taken).toMatchObject([
      {
        path: 'voice',
        fields: {
          ...MESSAGE,
          message: 'Your code is 0, 4, 2, 1, 3, 7.',
          locale: 'en-GB',
          originator: '6531596518',
        },
      },
    ]);
  });

  it('F9 shows the caller’s number of the step, or of the settings', async () => {
    const main = bench.account({ voice: { originator: '+6561234567' } });
    await sendOver(main, { ...voice(), from: '+6567654321' });
    await sendOver(main, voice());
    expect(bench.vendor.taken.map(({ fields }) => fields.originator)).toEqual(['6567654321', '6561234567']);
  });

  it.each([
    [undefined, 2],
    [1, 1],
    [3, 3],
  ])('F10 reads the text as often as configured (%s)', async (repeat, times) => {
    await sendOver(bench.account({ voice: { repeat } }), voice());
    expect(bench.vendor.taken[0]!.fields.message).toBe(Array(times).fill('Your code is 0, 4, 2, 1, 3, 7.').join(' '));
  });

  it('F10 reads a long text as often as there is room for', async () => {
    const main = bench.account({ voice: { repeat: 5 } });
    for (const length of [600, 300, 299]) await sendOver(main, { ...voice(), text: 'x'.repeat(length) });
    expect(bench.vendor.taken.map(({ fields }) => String(fields.message).length)).toEqual([600, 300, 599]);
  });
});
