// `npm run test:deploy`: manifests against Kubernetes' schemas and Kustomize, and the image's steps in a clean root file
// system. What this machine cannot do is skipped by name; docs/deploy.md says what is then unchecked.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './lib/find-redis.mjs';
import { checkNode, ensureInstalled, root, say, tool } from './lib/setup.mjs';
import { onPath, rightToInstall } from './lib/system.mjs';

/** A root file system from Debian's packages, a builder of images without a daemon, a process with less rights. */
const IMAGE_TOOLS = { mmdebstrap: 'mmdebstrap', buildah: 'buildah', unshare: 'util-linux', setpriv: 'util-linux' };

checkNode();
ensureInstalled();
const skipImage = reasonToSkipImage();

const directory = mkdtempSync(join(tmpdir(), 'passlane-deploy-'));
const args = ['--experimental-vm-modules', '--no-warnings', tool('jest/bin/jest.js'), '--runInBand', '--verbose'];
const { status } = spawnSync(
  process.execPath,
  [...args, '--testMatch', '**/test/deploy/*.spec.ts', '**/test/deploy/*.deploy.ts'],
  {
    cwd: root,
    env: {
      ...process.env,
      PASSLANE_TEST_REDIS: findRedis(),
      PASSLANE_TEST_DIR: directory,
      PASSLANE_SKIP_IMAGE: skipImage ?? '',
    },
    stdio: ['ignore', 2, 2],
  },
);
rmSync(directory, { recursive: true, force: true });
if (skipImage) say(`SKIPPED: the image's steps: ${skipImage}`);
process.exit(status === 0 ? 0 : 1);

/** @returns why the image cannot be built here, or undefined */
function reasonToSkipImage() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'they need Linux, and root for mounts';
  const missing = () => Object.keys(IMAGE_TOOLS).filter((name) => onPath(name) === undefined);
  if (missing().length === 0) return undefined;
  const packages = [...new Set(missing().map((name) => IMAGE_TOOLS[name]))];
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages];
  if (onPath('apt-get') && rightToInstall()) {
    say(`Installing ${packages.join(', ')} with apt-get ...`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const [command, ...rest] of [['apt-get', 'update', '-q'], install]) {
      spawnSync(command, rest, { stdio: ['ignore', 'ignore', 2], env });
    }
  }
  return missing().length === 0 ? undefined : `${missing().join(', ')} is missing (${install.join(' ')})`;
}
