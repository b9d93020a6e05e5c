import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/processes.js';

const DEBIAN = 'bookworm';
const BASE = 'localhost/node:test';
const IMAGE = 'localhost/passlane:test';
/** As in the published image of Node. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the image tells whoever runs it. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/**
 * The image as buildah makes it of our Dockerfile, in a store of its own. Its base is a root file system of Debian's own
 * packages with this machine's Node and npm in it, since the published image may be out of reach.
 */
export class Image {
  private readonly store = temporaryDirectory();

  build(): void {
    const archive = join(this.store, 'debian.tar');
    run('mmdebstrap', ['--variant=essential', '--include=ca-certificates,libstdc++6', DEBIAN, archive]);
    const npm = join(execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim(), 'npm');
    const base = this.buildah('from', 'scratch');
    this.buildah('add', '-q', base, archive, '/');
    this.buildah('add', '-q', base, process.execPath, '/usr/local/bin/node');
    this.buildah('add', '-q', base, npm, '/usr/local/lib/node_modules/npm');
    const link = ['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm'];
    this.buildah('run', '--isolation', 'chroot', base, '--', ...link);
    this.buildah('config', '--env', `PATH=${PATH}`, base);
    this.buildah('commit', '-q', '--rm', base, BASE);
    const options = [
      '--isolation',
      'chroot',
      '--network',
      'host',
      '--format',
      'docker',
      '--build-arg',
      `NODE_IMAGE=${BASE}`,
    ];
    this.buildah('build', '-q', ...options, ...lent(), '-t', IMAGE, '.');
  }

  config(): ImageConfig {
    const text = this.buildah('inspect', '--type', 'image', IMAGE);
    return (JSON.parse(text) as { Docker: { config: ImageConfig } }).Docker.config;
  }

  /** Its files, at a path of this machine. */
  mount(): string {
    return this.buildah('mount', this.buildah('from', IMAGE));
  }

  remove(): void {
    this.buildah('rm', '--all');
    this.buildah('rmi', '--all', '--force');
  }

  private buildah(...args: string[]): string {
    const store = ['--root', join(this.store, 'root'), '--runroot', join(this.store, 'run')];
    return run('buildah', [...store, ...args]).trim();
  }
}

/** The way to the package registry is this machine's affair: lent to the build, and no part of the image. */
function lent(): string[] {
  const setting = (name: string) => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
  const mounts = {
    '/etc/ssl/certs': '/etc/ssl/certs',
    [setting('globalconfig')]: '/usr/local/etc/npmrc',
    [setting('userconfig')]: '/root/.npmrc',
  };
  return Object.entries(mounts).flatMap(([from, to]) => (existsSync(from) ? ['-v', `${from}:${to}:ro`] : []));
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 2 ** 20,
  });
}
