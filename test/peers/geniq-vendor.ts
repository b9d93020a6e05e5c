import type { ServerResponse } from 'node:http';
import type { Behaviour, Received } from '../support/gateway.js';

export const GENIQ_KEY = 'geniq-key-of-the-shop';
export const GENIQ_SECRET = 'geniq-secret-of-the-shop';
/** What every token begins with. */
export const GENIQ_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.geniq-token';

const BASE = '/rest/v1/';

/** GENIQ's words (reference §12), as far as a test reads them. */
const WORDS: Readonly<Record<string, string>> = {
  0: 'Success',
  6: 'Account does not have sufficient credit balance',
  20: 'Invalid Token',
  23: 'Token expired',
  24: 'Invalid API Key credentials',
  301: 'No valid WhatsApp session found',
  302: 'WhatsApp Template not found',
  303: "WhatsApp Template param type 'otp' is required for the authentication template",
  305: 'WhatsApp Template param count mismatch',
};

type Rule = (value: unknown) => boolean;
type Fields = Record<string, unknown>;

const text: Rule = (value) => typeof value === 'string' && value !== '';
const atMost =
  (length: number): Rule =>
  (value) =>
    text(value) && (value as string).length <= length;
const matching =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const texts: Rule = (value) => Array.isArray(value) && value.every(text);
const boolean: Rule = (value) => typeof value === 'boolean';

const number = matching(/^\d{7,15}$/);
const reference = atMost(100);
const originator = matching(/^(\d{1,15}|.{1,11})$/);

interface Shape {
  readonly required: Readonly<Record<string, Rule>>;
  readonly optional: Readonly<Record<string, Rule>>;
}

const SMS: Shape = {
  required: { recipient: number, originator, message: text },
  optional: {
    reference,
    originatorTon: matching(/^(auto|national|alpha|international)$/),
    udh: matching(/^([0-9a-f]{2})+$/i),
    dataCoding: matching(/^(auto|text|unicode)$/),
    validity: matching(/^[1-9]\d*$/),
  },
};

const VOICE: Shape = {
  required: {
    recipient: number,
    message: atMost(600),
    locale: matching(/^([a-z]{2,3}-[A-Z]{2}|arb)$/),
    originator: matching(/^\d{1,15}$/),
  },
  optional: { reference },
};

const WHATSAPP: Readonly<Record<string, Shape>> = {
  text: {
    required: { recipient: number, type: text, body: text },
    optional: { previewUrl: boolean, smsFallback: boolean, reference },
  },
  template: {
    required: { recipient: number, type: text, name: text, language: matching(/^[a-z]{2}(_[A-Z]{2})?$/) },
    optional: { headerParams: texts, bodyParams: texts, otp: matching(/^\w{4,12}$/), reference },
  },
};

const TEMPLATE: Shape = {
  required: { name: text, language: text, category: matching(/^(MARKETING|UTILITY|AUTHENTICATION)$/), body: text },
  optional: {
    header: text,
    headerFormat: text,
    headerExample: texts,
    bodyExample: texts,
    footer: text,
    otpAddSecurityRecommendation: boolean,
    // Seconds, 30 to 5400.
    otpMessageTtl: (value) => text(value) && Number(value) >= 30 && Number(value) <= 5_400,
    otpExpiredAfter: matching(/^([1-9]|[1-8]\d|90)$/),
    otpCopyButtonText: atMost(25),
  },
};

/** A message that was taken. */
export interface Taken {
  readonly path: string;
  readonly fields: Fields;
  readonly messageId: string;
}

/** GENIQ as its reference tells it: every request is checked to the letter, and what is wrong with one is a bare 400. */
export class GeniqVendor {
  readonly taken: Taken[] = [];
  readonly created: Fields[] = [];
  tokensGiven = 0;
  /** Of tokens that are given from now on, milliseconds. */
  life = 3_600_000;
  /** What the next calls are refused with; after that all is well. The status is not in the reference. */
  readonly refusals: { code: number; status: number }[] = [];
  /** Numbers whose owners have written within a day. */
  readonly sessions = new Set<string>();
  readonly templates = new Map([
    ['login_code', 'AUTHENTICATION'],
    ['order_code', 'UTILITY'],
  ]);
  private readonly ends = new Map<string, number>();

  /** All that come to the API. */
  readonly behaviour: Behaviour = (received, response) => {
    if (!this.giveToken(received, response)) this.answer(received, response);
  };

  /** Gives a token, where one is asked for. */
  readonly giveToken = ({ method, url, headers, text: body }: Received, response: ServerResponse): boolean => {
    if (url !== `${BASE}token`) return false;
    const expected = `Basic ${Buffer.from(`${GENIQ_KEY}:${GENIQ_SECRET}`).toString('base64')}`;
    if (method !== 'POST' || body !== '') response.writeHead(400).end();
    else if (headers.authorization !== expected) reply(response, 401, { code: 24 });
    else {
      const token = `${GENIQ_TOKEN}.${++this.tokensGiven}`;
      const end = Date.now() + this.life;
      this.ends.set(token, end);
      reply(response, 200, { code: 0 }, { token, expiry: singaporeTime(end) });
    }
    return true;
  };

  /** No token that was given so far is good any more, whatever it says itself. */
  endTokens(): void {
    for (const token of this.ends.keys()) this.ends.set(token, 0);
  }

  private answer(received: Received, response: ServerResponse): void {
    const path = received.url.slice(BASE.length);
    const end = this.ends.get(received.headers.authorization?.replace(/^Bearer /, '') ?? '');
    const refusal = this.refusals.shift();
    if (end === undefined) reply(response, 401, { code: 20 });
    else if (end <= Date.now()) reply(response, 401, { code: 23 });
    else if (refusal) reply(response, refusal.status, refusal);
    else if (received.method === 'GET' && path === 'balance' && received.text === '')
      reply(response, 200, { code: 0 }, { currency: 'SGD', type: 'Prepaid', balance: 12.5 });
    else this.take(path, received, response);
  }

  private take(path: string, received: Received, response: ServerResponse): void {
    const fields = fieldsOf(path, received);
    const shape = shapeOf(path, fields);
    if (received.method !== 'POST' || !fields || !shape || !fits(fields, shape)) {
      response.writeHead(400).end();
      return;
    }
    if (path === 'whatsapp/message_templates') {
      this.created.push(fields);
      reply(response, 200, { code: 0 });
      return;
    }
    const code = path === 'whatsapp/messages' ? this.whatsappCode(fields) : 0;
    if (code !== 0) {
      reply(response, 200, { code });
      return;
    }
    const messageId = `0c5b63cf-b41e-449c-a077-${String(this.taken.length + 1).padStart(12, '0')}`;
    this.taken.push({ path, fields, messageId });
    reply(response, 200, { code: 0 }, { reference: fields.reference ?? '', messageIds: [messageId] });
  }

  private whatsappCode({ type, recipient, name, otp, bodyParams }: Fields): number {
    if (type === 'text') return this.sessions.has(String(recipient)) ? 0 : 301;
    const category = this.templates.get(String(name));
    if (!category) return 302;
    if (category === 'AUTHENTICATION') return otp === undefined ? 303 : bodyParams === undefined ? 0 : 305;
    return bodyParams === undefined ? 305 : 0;
  }
}

/** Codes travel as texts, as in GENIQ's samples. */
function reply(response: ServerResponse, status: number, { code }: { code: number }, more: Fields = {}): void {
  const body = { ...more, responseMessage: WORDS[code] ?? `Words for ${code}`, responseCode: String(code) };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** `Y-m-d\TH:i:sP` in GENIQ's own zone. */
const singaporeTime = (ms: number): string => `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;

function fieldsOf(path: string, { headers, text: body }: Received): Fields | undefined {
  if (path !== 'sms') {
    return headers['content-type'] === 'application/json' ? (JSON.parse(body) as Fields) : undefined;
  }
  const form = new URLSearchParams(body);
  const twice = new Set(form.keys()).size !== form.size;
  if (headers['content-type'] !== 'application/x-www-form-urlencoded' || twice) return undefined;
  return Object.fromEntries(form);
}

function shapeOf(path: string, fields: Fields | undefined): Shape | undefined {
  if (path === 'sms') return SMS;
  if (path === 'voice') return VOICE;
  if (path === 'whatsapp/message_templates') return TEMPLATE;
  return path === 'whatsapp/messages' ? WHATSAPP[String(fields?.type)] : undefined;
}

function fits(fields: Fields, { required, optional }: Shape): boolean {
  const rules = { ...required, ...optional };
  return (
    Object.keys(required).every((name) => name in fields) &&
    Object.entries(fields).every(([name, value]) => rules[name]?.(value) ?? false)
  );
}
