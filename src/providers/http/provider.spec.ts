import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { behaviours, Gateway, type Received } from '../../../test/support/gateway.js';
import { inSeconds, outgoingMessage } from '../../../test/support/messages.js';
import { makeKeyring } from '../../codes/keyring.js';
import { checked } from '../../config/validate.js';
import type { Accepted, OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { HttpProvider } from './provider.js';
import { HttpSettings } from './settings.js';

/** What text and addresses may hold that could break out of its place. */
const NASTY = `"quoted", \\back\\ & a=b + 100% #1 <i>'\`{}[] Zürich ☎ 👋`;

describe('the http provider', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  beforeEach(() => {
    gateway.received.length = 0;
    gateway.behaviour = behaviours.answers(200, '{}');
  });

  afterAll(() => gateway.stop());

  async function send(settings: object, message: Partial<OutgoingMessage> = {}): Promise<Accepted> {
    const filled = checked(HttpSettings, { url: `${gateway.url}/send`, ...settings }, 'settings', []);
    const provider = new HttpProvider(filled!, {
      account: 'gateway',
      concurrency: 1,
      keyring: makeKeyring([Buffer.alloc(32)]),
    });
    try {
      return await provider.send(outgoingMessage(message), inSeconds(5));
    } finally {
      await provider.close();
    }
  }

  /** What the gateway gets. */
  async function sent(settings: object, message?: Partial<OutgoingMessage>): Promise<Received> {
    await send(settings, message);
    expect(gateway.received).toHaveLength(1);
    return gateway.received[0]!;
  }

  /** What becomes of an answer of the gateway. */
  async function answered(answer: unknown, settings: object, message?: Partial<OutgoingMessage>): Promise<unknown> {
    gateway.behaviour = behaviours.answers(200, typeof answer === 'string' ? answer : JSON.stringify(answer));
    return send(settings, message).catch((error: unknown) => {
      if (!(error instanceof ProviderError)) throw error;
      return `${error.kind} ${error.code}`;
    });
  }

  describe('fills a request', () => {
    it('with every placeholder, at any depth, and leaves the rest as it is', async () => {
      const { method, url, headers, text } = await sent({
        body: {
          all: '{{to}} {{ text }} {{code}} {{channel}} {{from}} {{attempt_id}} {{callback_url}} {{locale}} {{ttl}}',
          list: [{ to: '{{to}}' }, 7, true, null, 'plain {braces}'],
          '{{to}}': 'keys are names',
        },
      });
      const { to, text: words, code, from, attemptId, callbackUrl } = outgoingMessage();
      expect(method).toBe('POST');
      expect(url).toBe('/send');
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(text)).toEqual({
        all: `${to} ${words} ${code} sms ${from!} ${attemptId} ${callbackUrl()} en 300`,
        list: [{ to }, 7, true, null, 'plain {braces}'],
        '{{to}}': 'keys are names',
      });
    });

    it('as JSON that no text breaks', async () => {
      const { body } = await sent(
        { body: { text: '{{text}}', from: '{{from}}' } },
        { text: NASTY, from: '","to":"+1' },
      );
      expect(body).toEqual({ text: NASTY, from: '","to":"+1' });
    });

    it('as a form that no text breaks', async () => {
      const { headers, text } = await sent(
        { format: 'form', body: { to: '{{to}}', text: '{{text}}', more: { n: 1 } } },
        { text: NASTY },
      );
      expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
      expect([...new URLSearchParams(text)]).toEqual([
        ['to', '+14155550100'],
        ['text', NASTY],
        ['more', '{"n":1}'],
      ]);
    });

    it.each(['', '?key=1'])('in the query of an address that ends with %j', async (end) => {
      const settings = { url: `${gateway.url}/send${end}`, method: 'GET', format: 'query', body: { text: '{{text}}' } };
      const { method, url, text } = await sent(settings, { text: NASTY });
      expect(method).toBe('GET');
      expect(text).toBe('');
      const query = new URL(url, gateway.url).searchParams;
      expect(query.get('text')).toBe(NASTY);
      expect(query.get('key')).toBe(end ? '1' : null);
      expect([...query]).toHaveLength(end ? 2 : 1);
    });

    it('in the address, where nothing that it holds counts as an address', async () => {
      const settings = { url: `${gateway.url}/v1/{{to}}/{{from}}?text={{text}}`, method: 'PUT' };
      const { method, url } = await sent(settings, { text: NASTY, from: '../../admin?x#y' });
      expect(method).toBe('PUT');
      expect(url.split('?')[0]).toBe('/v1/%2B14155550100/..%2F..%2Fadmin%3Fx%23y');
      expect(new URL(url, gateway.url).searchParams.get('text')).toBe(NASTY);
    });

    it('in headers, of which the settings’ own content type wins', async () => {
      const { headers } = await sent({
        headers: {
          Authorization: 'Bearer the-key',
          'X-Ref': '{{attempt_id}}',
          'Content-Type': 'application/vnd.x+json',
        },
        body: { to: '{{to}}' },
      });
      expect(headers).toMatchObject({
        authorization: 'Bearer the-key',
        'x-ref': outgoingMessage().attemptId,
        'content-type': 'application/vnd.x+json',
      });
    });

    it.each([
      ['letters of its own', { from: 'Ж' }],
      ['a line break', { from: 'Shop\r\nx-admin: 1' }],
      ['an emoji', { text: '042137 👋' }],
    ])('unless a header would hold %s: that is the message’s fault, not the account’s', async (_, message) => {
      const headers = { 'x-sender': '{{from}}', 'x-text': 'Text: {{text}}' };
      const refused = send({ headers, body: { to: '{{to}}' } }, message);
      await expect(refused).rejects.toMatchObject({ kind: 'bad_message', code: 'not_allowed_in_header' });
      expect(gateway.received).toEqual([]);
      await expect(send({ headers: { 'x-sender': 'Ж' } }, {})).rejects.toMatchObject({ kind: 'misconfigured' });
    });

    it('with nothing for a sender that is not set', async () => {
      expect((await sent({ body: { from: '{{from}}' } }, { from: undefined })).body).toEqual({ from: '' });
    });
  });

  describe('reads an answer', () => {
    it.each<[string, string, unknown, unknown]>([
      ['at the top', 'id', { id: 'm-1' }, { messageId: 'm-1' }],
      ['deep down', 'data.0.message-id', { data: [{ 'message-id': 'm-1' }] }, { messageId: 'm-1' }],
      ['as a number', 'id', { id: 12_345 }, { messageId: '12345' }],
      ['as a number of 64 bits', 'id', '{"id":1234567890123456781}', { messageId: '1234567890123456781' }],
      ['missing', 'id', { ref: 'm-1' }, 'unknown no_message_id'],
      ['null', 'id', { id: null }, 'unknown no_message_id'],
      ['empty', 'id', { id: '' }, 'unknown no_message_id'],
      ['in what every object has', '__proto__', {}, 'unknown no_message_id'],
      ['in a text', 'length', '"text"', 'unknown no_message_id'],
      ['in what is no JSON', 'id', '<html>', 'maybe_sent answer_is_not_json'],
    ])('whose id is %s', async (_, idPath, answer, outcome) => {
      expect(await answered(answer, { idPath })).toEqual(outcome);
    });

    it('and takes any, when no rule says how to read it', async () => {
      expect(await answered('<html>', {})).toEqual({});
    });

    it.each<[object, unknown, unknown]>([
      [{ success: { path: 'ok' } }, { ok: true }, {}],
      [{ success: { path: 'ok' } }, { ok: 0 }, {}],
      [{ success: { path: 'ok' } }, { ok: false }, 'unknown false'],
      [{ success: { path: 'ok' } }, {}, 'unknown missing'],
      [{ success: { path: 'status', words: ['OK', 'queued'] } }, { status: 'QUEUED' }, {}],
      [{ success: { path: 'status', words: ['OK', 'queued'] } }, { status: 'ok' }, {}],
      [{ success: { path: 'status', words: ['0'] } }, { status: 0 }, {}],
      [{ success: { path: 'status', words: ['OK'] } }, { status: 'Blocked' }, 'unknown Blocked'],
      [{ success: { path: 'status', words: ['OK'] } }, {}, 'unknown missing'],
      [{ failure: { path: 'error' } }, { error: 'no route' }, 'unknown no_route'],
      [{ failure: { path: 'error' } }, { error: null }, {}],
      [{ failure: { path: 'error' } }, { error: '' }, {}],
      [{ failure: { path: 'error' } }, {}, {}],
      [{ failure: { path: 'code', words: ['17'] } }, { code: 17 }, 'unknown 17'],
      [{ failure: { path: 'code', words: ['17'] } }, { code: 1 }, {}],
      [{ success: { path: 'ok' }, failure: { path: 'error' } }, { ok: true, error: 'late' }, 'unknown late'],
    ])('by the rule %j: %j', async (rules, answer, outcome) => {
      expect(await answered(answer, rules)).toEqual(outcome);
    });

    it('and keeps its word for the state', async () => {
      expect(await answered({ id: 'm-1', state: 'queued' }, { idPath: 'id', statusPath: 'state' })).toEqual({
        messageId: 'm-1',
        status: 'queued',
      });
      expect(await answered({ id: 'm-1' }, { idPath: 'id', statusPath: 'state' })).toEqual({ messageId: 'm-1' });
    });

    it.each([
      ['the address', { url: 'http://127.0.0.1:9/send?user=us&key=pass%26word' }, '?user=us&key=pass%26word'],
      ['its path', { url: 'http://127.0.0.1:9/bot/{{to}}/x-pass%26word?a=b' }, 'no POST /bot/x-pass%26word'],
      ['its path, of letters', { url: 'http://127.0.0.1:9/passwordpassword' }, 'no %2Fpasswordpassword%2F'],
      ['its path, of few letters', { url: 'http://127.0.0.1:9/us/password/send' }, 'no /us/password here'],
      ['its path, of few letters and encoded', { url: 'http://127.0.0.1:9/password' }, 'no %2Fpassword%2F'],
      ['its path, decoded', { url: 'http://127.0.0.1:9/bot/x-pass%26word' }, 'no POST /bot/x-pass&word'],
      ['the address, decoded', { url: 'http://127.0.0.1:9/send?key=pass%26word' }, 'key pass&word is unknown'],
      ['a header', { headers: { authorization: 'Bearer pass&word' } }, 'authorization: Bearer pass&word'],
      ['the body', { body: { login: { secret: 'pass&word {{to}}' } } }, '{"secret":"pass&word +1…"}'],
      ['a form', { body: { secret: 'pass&word' }, format: 'form' }, 'secret=pass%26word'],
    ])('and keeps no credential of %s that the gateway repeats', async (_, settings, error) => {
      const url = 'url' in settings ? settings.url.replace('http://127.0.0.1:9', gateway.url) : `${gateway.url}/send`;
      const refused = await answered({ error }, { ...settings, url, failure: { path: 'error' } });
      expect(refused).toMatch(/^unknown .*#/);
      expect(refused).not.toMatch(/pass|word/);
    });

    it.each([
      ['/api/submit/{{to}}', 'submitted'],
      ['/send-message', 'send-message-ok'],
    ])('and keeps a word in which there is a plain one of the path %s: %s', async (path, state) => {
      const accepted = await answered({ state }, { url: gateway.url + path, statusPath: 'state' });
      expect(accepted).toMatchObject({ status: state });
    });

    it('and keeps no word that holds the address of who gets it', async () => {
      const to = 'max.muster@example.com';
      const answer = { error: '550 max.muster@example.com unknown', state: 'mailbox max.muster is full' };
      const message = { channel: 'email', to } as const;
      expect(await answered(answer, { failure: { path: 'error' } }, message)).toBe('unknown 550_#_unknown');
      expect(await answered(answer, { statusPath: 'state' }, message)).toEqual({ status: 'mailbox_#_is_full' });
    });

    it.each<[string, string, RegExp, string?]>([
      ['a number', 'sent to +14155550100', /4155550100/],
      ['a number in groups', 'sent to (415) 555-0100', /415|555/],
      ['a code', 'text "042137 is your code" queued', /042137/],
      ['a code as it is spoken', 'say "0, 4, 2, 1, 3, 7 is your code"', /0\W*_*4/],
      ['a code of letters', 'text "AB3DEF is your code" queued', /AB3DEF/i, 'AB3DEF'],
      ['a code in small letters', 'ab3-def', /ab3/, 'AB3DEF'],
      ['free text', 'Dear\nsir: <b>no</b>', /[\s<>:]/],
      ['much', 'x'.repeat(500), /x{41}/],
    ])('and keeps no word that holds %s', async (_, word, leak, code = '042137') => {
      const refused = (await answered({ error: word }, { failure: { path: 'error' } }, { code })) as string;
      expect(refused).toMatch(/^unknown \S+$/);
      expect(refused.slice('unknown '.length)).not.toMatch(leak);
      const accepted = (await answered({ state: word }, { statusPath: 'state' }, { code })) as Accepted;
      expect(accepted.status).not.toMatch(leak);
    });
  });
});
