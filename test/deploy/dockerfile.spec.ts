import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';

const file = readFileSync('Dockerfile', 'utf8');
/** Instructions, with continued lines joined and comments left out. */
const instructions = file
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');
const of = (name: string): string[] => instructions.filter((line) => line.startsWith(`${name} `));

describe('Dockerfile', () => {
  it('has no fault that its linter knows', () => {
    expect(validate(file)).toEqual([]);
    expect(validate('FROM a\nCPY b c')).not.toEqual([]);
  });

  it('builds every stage from one pinned image', () => {
    expect(of('ARG')).toEqual([expect.stringMatching(/^ARG NODE_IMAGE=\S+\/node:\d+\.\d+\.\d+-[a-z]+-slim$/)]);
    expect(of('FROM')).toEqual(['FROM ${NODE_IMAGE} AS build', 'FROM ${NODE_IMAGE}']);
  });

  it('runs no script of a dependency, and leaves dev dependencies behind', () => {
    const runs = of('RUN').join('\n');
    expect(runs).toContain('npm ci --ignore-scripts');
    expect(runs).toContain('npm prune --omit=dev --ignore-scripts');
  });

  it('ends as a user without a name, and starts without a shell', () => {
    expect(of('USER')).toEqual(['USER 10001:10001']);
    expect(of('CMD')).toEqual(['CMD ["node", "--enable-source-maps", "dist/main.js"]']);
    expect(of('HEALTHCHECK')).toEqual([expect.stringMatching(/ CMD \["node", "-e", /)]);
    const last = instructions.slice(instructions.lastIndexOf(of('FROM').at(-1) ?? ''));
    expect(last.filter((line) => line.startsWith('RUN'))).toEqual([]);
  });
});
