import { describe, expect, it } from '@jest/globals';
import { renderText } from '../../delivery/render-text.js';
import { fromTemplate, platformTime, templateFault, toTemplate } from './texts.js';

const rendered = (theirs: string): string =>
  renderText({ facts: {}, locale: 'en', channel: 'sms', template: toTemplate(theirs), code: '1234', secondsLeft: 60 });

describe('a template of theirs', () => {
  it.each([
    ['Pin {token}!', 'Pin 1234!'],
    ['{token} {token}', '1234 1234'],
    ['{{token}}', '{1234}'],
    ['{{token}code}}', '{1234code}}'],
    ['{{{token}}}', '{{1234}}'],
    ['{token} {name} {{}} { {', '1234 {name} {{}} { {'],
  ])('%s is sent as %s, and shown as it was', (theirs, sent) => {
    expect(templateFault(theirs)).toBeUndefined();
    expect(rendered(theirs)).toBe(sent);
    expect(fromTemplate(toTemplate(theirs))).toBe(theirs);
  });

  it.each(['', 'Pin', 'Pin {{code}}', '{token} {{code}}', '{token} {{ minutes }}', '{token} {{name}}', '{ token }'])(
    '%p is refused',
    (theirs) => {
      expect(templateFault(theirs)).toMatch(/^must/);
    },
  );
});

describe('platformTime', () => {
  it('has no zone and no parts of seconds', () => {
    expect(platformTime('2026-01-05T10:00:01.987Z')).toBe('2026-01-05 10:00:01');
  });
});
