import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Package {
  readonly dev?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const read = (name: string): unknown => JSON.parse(readFileSync(name, 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Package> };
const installed = Object.entries(packages).filter(([path]) => path !== '');
const inProduction = installed.filter(([, { dev }]) => !dev);

/** All of them let a service be run and passed on, if their notices stay; the image keeps them in node_modules. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'Python-2.0'];

describe('what is installed in production', () => {
  it('has a licence that we have looked at', () => {
    expect(inProduction.length).toBeGreaterThan(100);
    const others = inProduction.filter(([, { license }]) => !ALLOWED.includes(license ?? ''));
    expect(others.map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([]);
  });

  it('needs no install script', () => {
    // A native helper that msgpackr does without, and a counter of downloads that is better not run. Nothing else may
    // come to need one: `npm ci` here and in the image ignores them all.
    const scripted = inProduction.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => path)).toEqual(['node_modules/@scarf/scarf', 'node_modules/msgpackr-extract']);
    expect(readFileSync('.npmrc', 'utf8')).toContain('ignore-scripts=true\n');
  });
});

describe('the lock', () => {
  it('holds a checksum of every package and names no registry', () => {
    const loose = installed.filter(([, { integrity, resolved }]) => !integrity || resolved);
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('is of exact versions', () => {
    const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
