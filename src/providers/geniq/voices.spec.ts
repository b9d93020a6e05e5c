import { describe, expect, it } from '@jest/globals';
import { voiceFor, type Voice } from './voices.js';

describe('voiceFor', () => {
  it.each<[locale: string, preferred: Voice, voice: Voice]>([
    ['en', 'en-US', 'en-US'],
    ['en-GB', 'en-US', 'en-GB'],
    ['en_au', 'en-US', 'en-AU'],
    ['en', 'en-IN', 'en-IN'],
    ['en-NZ', 'en-AU', 'en-AU'],
    ['en', 'de-DE', 'en-US'],
    ['de-AT', 'en-US', 'de-DE'],
    ['pt', 'en-US', 'pt-PT'],
    ['pt-BR', 'en-US', 'pt-BR'],
    ['zh', 'en-US', 'cmn-CN'],
    ['zh-TW', 'en-US', 'cmn-CN'],
    ['zh-HK', 'en-US', 'zh-HK'],
    ['zh', 'zh-HK', 'zh-HK'],
    ['cmn-CN', 'en-US', 'cmn-CN'],
    ['ar-EG', 'en-US', 'arb'],
    ['nl', 'en-US', 'en-US'],
    ['nl-BE', 'fr-FR', 'fr-FR'],
    ['', 'en-GB', 'en-GB'],
  ])('F9 reads %j where %s is preferred in %s', (locale, preferred, voice) => {
    expect(voiceFor(locale, preferred)).toBe(voice);
  });
});
