// Preloaded into the service by `npm run bench -- --profile`: takes CPU profiles of it on request of the bench process.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 1_000 });

process.on('message', async ({ profile, file }) => {
  if (profile === 'start') await session.post('Profiler.start');
  else writeFileSync(file, JSON.stringify((await session.post('Profiler.stop')).profile));
  process.send('done');
});
