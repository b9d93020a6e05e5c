import { describe, expect, it } from '@jest/globals';
import { senderFault, textFault } from './safe-text.js';

const LINK = /address of the web/;
const HIDDEN = /zero-width/;

describe('texts that people read', () => {
  it.each([
    'https://evil.example/a',
    'HTTP://evil',
    'hxxp evil',
    'hxxps://evil[.]example',
    'ftp:evil',
    'app+x://open',
    'javascript:alert(1)',
    'go to evil.example now',
    'evil.example',
    'www.e',
    'a-b.co',
    'bit.ly/x',
    'xn--80ak6aa92e',
    'apple.xn--p1ai',
    'пример.рф',
    'evil．example',
    'evil。example',
    'evil․example',
    'ｅｖｉｌ.ｅｘａｍｐｌｅ',
    'evil(dot)example',
    'evil [.] example',
    'evil\uFE0F.example',
    'help@evil.example',
    '192.0.2.1/login',
    '{{code}}.com',
    'evil.{{payee}}',
    '{{payee}}.{{currency}}',
    'i❤.ws/a',
    'i❤\uFE0F.ws/a',
    '💩.la',
    '1\uFE0F\u20E3.ws',
    'bank.भारत/login',
    'बैंक.भारत',
    'evil\u0308.com',
    'login {{minutes}}.34.56.78/a',
    '{{ minutes }}.{{minutes}}.{{minutes}}.{{minutes}}',
  ])('finds the link in %j', (text) => {
    expect(textFault(`Your code {{code}} ${text}`, false)).toMatch(LINK);
    expect(textFault(`Your code {{code}} ${text}`, true)).toBeUndefined();
  });

  it.each([
    '{{code}} is your Shop code. It expires in {{minutes}} min. Do not share it.',
    '{{code}} approves {{amount}} {{currency}} to {{payee}}.',
    '12.50EUR, e.g. at 8 a.m. (z.B. No.5) …or not',
    'Version 1.2.3',
    '您的验证码是{{code}}。请勿泄露。',
    'Код: {{code}}. Никому не сообщайте',
    'Tel: +49 30 123',
    '12.30 «Ende».Bitte (nicht).Teilen',
    'आपका कोड {{code}} है। साझा न करें. धन्यवाद',
    'รหัส {{code}}. ห้ามบอกใคร 🔒. OK',
    '{{payee}}com',
    '{{code}} ❤️ Müller & Söhne',
    '',
  ])('takes %j', (text) => {
    expect(textFault(text, false)).toBeUndefined();
  });

  it.each([
    '\n',
    '\0',
    '\t',
    '\u0085',
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u202a',
    '\u202b',
    '\u202c',
    '\u202d',
    '\u202e',
    '\u2060',
    '\u2066',
    '\u2067',
    '\u2068',
    '\u2069',
    '\u2800',
    '\u3164',
    '\ufeff',
    '\ud800',
    '\u{e0041}',
  ])('never takes %j, whatever the application allows', (character) => {
    expect(textFault(`{{code}}${character}`, true)).toMatch(HIDDEN);
    expect(textFault(`{{code}}${character}`, false)).toMatch(HIDDEN);
  });

  it('takes an address as the sender of an e-mail, and of nothing else', () => {
    expect(senderFault('codes@shop.example', 'email', false)).toBeUndefined();
    expect(senderFault('Shop <codes@shop.example>', 'email', false)).toBeUndefined();
    expect(senderFault('evil.example <codes@shop.example>', 'email', false)).toMatch(LINK);
    expect(senderFault('codes@shop.example', 'sms', false)).toMatch(LINK);
    expect(senderFault('+447700900123', 'sms', false)).toBeUndefined();
  });
});
