/** Which folder may import which. Checked by `npm run check`, so nobody has to remember. */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'codes-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/codes/' },
      to: { path: '^src/', pathNot: '^src/codes/' },
    },
    {
      name: 'providers-stand-alone',
      comment: 'A provider knows the contract, not who calls it; and never another provider.',
      severity: 'error',
      from: { path: '^src/providers/' },
      to: { path: '^src/(delivery|verifications|store|applications|health)/' },
    },
    {
      name: 'providers-do-not-import-each-other',
      comment: 'What several vendors need of texts is in src/providers/text, which knows none of them.',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/($1|text)/' },
    },
    {
      name: 'core-does-not-know-its-doors',
      comment: 'A door translates: only what puts the service together knows that there are any.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/doors/' },
      to: { path: '^src/doors/' },
    },
    {
      name: 'doors-do-not-import-each-other',
      severity: 'error',
      from: { path: '^src/doors/([^/]+)/' },
      to: { path: '^src/doors/[^/]+/', pathNot: '^src/doors/$1/' },
    },
    {
      name: 'policy-is-pure',
      severity: 'error',
      from: { path: '^src/delivery/failover/', pathNot: '[.]spec[.]ts$' },
      to: { path: '^(src/store/(?!record)|src/shared|node_modules)' },
    },
    {
      name: 'store-has-no-policy',
      severity: 'error',
      from: { path: '^src/store/' },
      to: { path: '^src/(delivery|verifications|applications)/' },
    },
    {
      name: 'delivery-does-not-know-the-api',
      severity: 'error',
      from: { path: '^src/delivery/' },
      to: { path: '^src/(verifications|applications)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
