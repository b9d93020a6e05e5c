import { readFileSync } from 'node:fs';
import { Child } from '../../support/processes.js';
import type { ImageConfig } from './image.js';

/**
 * What a container runtime does for a restricted pod: own mounts and processes, the image's root file system read-only,
 * the image's user, no way to more rights. And one thing more: /usr/bin is empty, so there is no shell and no tool.
 */
const ENTER = `
set -e
root=$1 shared=$2 uid=$3 gid=$4 directory=$5
shift 5
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o ro none "$root/usr/bin"
mount --bind "$shared" "$root/mnt"
mount -o remount,ro,bind "$root"
exec setpriv --no-new-privs unshare --root="$root" --wd="$directory" --setgid="$gid" --setuid="$uid" -- "$@"
`;

export interface Place {
  /** The image's files. */
  readonly root: string;
  readonly config: ImageConfig;
  /** A directory of the test's that the container finds at /mnt. */
  readonly shared: string;
}

/** One process in the image, with the id 1 as in a container. */
export class Container {
  private readonly child: Child;

  constructor({ root, config, shared }: Place, command: readonly string[], env: Record<string, string> = {}) {
    const ofImage = Object.fromEntries(config.Env.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    const [uid = '', gid = ''] = config.User.split(':');
    const enter = ['-c', ENTER, 'sh', root, shared, uid, gid, config.WorkingDir];
    const args = ['--mount', '--pid', '--fork', '--kill-child', 'sh', ...enter, ...command];
    this.child = new Child('unshare', args, { env: { ...ofImage, ...env } });
  }

  get running(): boolean {
    return this.child.running;
  }

  get output(): string {
    return this.child.output;
  }

  /** @returns how it has ended */
  get exited(): Promise<number | null> {
    return this.child.exited;
  }

  /** Asks the process itself to stop, as a runtime does. */
  async stop(): Promise<number | null> {
    const outside = this.child.process.pid ?? 0;
    const inside = readFileSync(`/proc/${outside}/task/${outside}/children`, 'utf8').trim();
    if (this.running && inside) process.kill(Number(inside), 'SIGTERM');
    return this.exited;
  }

  /** For the end of a test that has failed: what is inside goes with it. */
  async kill(): Promise<void> {
    await this.child.end('SIGKILL');
  }
}
