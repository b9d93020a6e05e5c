import { ConfigError } from './config.errors.js';

interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
}

/** Where Redis is, and in which of its three ways it runs. */
export type RedisAddress =
  | { readonly mode: 'single'; readonly url: string }
  | ({
      readonly mode: 'sentinel';
      readonly nodes: readonly RedisNode[];
      /** What the sentinels call the primary. */
      readonly name: string;
      readonly db: number;
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
    } & Login)
  /** Some of the nodes: they name the others. */
  | ({ readonly mode: 'cluster'; readonly nodes: readonly RedisNode[] } & Login);

const SINGLE = /^rediss?:\/\//;
const SOCKET = /^unix:\/\//;
const MANY = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#/]*))?(?:\?([^#]*))?$/;
const NODE = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const PORTS = { sentinel: 26_379, cluster: 6_379 };

const SHAPES =
  'must be redis://, rediss:// or unix://, or redis+sentinel://[user:password@]host:port,host:port/<name of the primary>, ' +
  'or redis+cluster://[user:password@]host:port,host:port (rediss+ for TLS); other signs percent-encoded';

/**
 * Reads `REDIS_URL`. A single server's is ioredis' own; those of many are as other clients write them, with commas.
 * @throws ConfigError which never has the value: it holds a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (SOCKET.test(url) || isOfOne(url)) return { mode: 'single', url };
  const [, scheme, mode, login, hosts = '', path = '', query = ''] = MANY.exec(url) ?? refuse(SHAPES);
  const nodes = hosts.split(',').map((text) => toNode(text, PORTS[mode as keyof typeof PORTS]));
  const common = { nodes, ...toLogin(login), tls: scheme === 'rediss' };
  if (mode === 'cluster') {
    if (path !== '' || query !== '')
      refuse('redis+cluster:// takes hosts only: a cluster has neither name nor databases');
    return { mode, ...common };
  }
  if (path === '') refuse('redis+sentinel:// must end with the name of the primary: /<name>');
  return { mode: 'sentinel', ...common, name: decoded(path), ...toOptions(query) };
}

/** The client reads it in the same way, but its error would print all of what it cannot read. */
function isOfOne(url: string): boolean {
  if (!SINGLE.test(url)) return false;
  if (!URL.canParse(url)) refuse(SHAPES);
  const { username, password, pathname, searchParams } = new URL(url);
  decoded(username);
  decoded(password);
  // The client takes what is no number for database 0, and options here for more than ours.
  if (!/^\/?\d{0,4}$/.test(pathname))
    refuse('must end with the number of a database, or nothing, behind the last slash');
  if ([...searchParams.keys()].some((name) => name !== 'family'))
    refuse('takes family behind the question mark, nothing else');
  return true;
}

function toNode(text: string, otherwise: number): RedisNode {
  const [, host = '', port] = NODE.exec(text) ?? refuse('must name hosts as host:port, with commas between them');
  const number = port === undefined ? otherwise : Number(port);
  if (number < 1 || number > 65_535) refuse('a port must be between 1 and 65535');
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

/** `user:password`, `:password`, or nothing. */
function toLogin(text: string | undefined): { username?: string; password?: string } {
  if (!text) return {};
  const colon = text.indexOf(':');
  if (colon < 0) refuse('a password stands behind a colon: user:password@, or :password@');
  return {
    username: decoded(text.slice(0, colon)) || undefined,
    password: decoded(text.slice(colon + 1)) || undefined,
  };
}

function toOptions(query: string) {
  const given = new Map(new URLSearchParams(query));
  const take = (name: string): string | undefined => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const db = take('db') ?? '0';
  const [sentinelUsername, sentinelPassword] = [take('sentinelUsername'), take('sentinelPassword')];
  // The name is not said: it may be a part of a password that was not encoded.
  if (given.size > 0) refuse('takes db, sentinelUsername and sentinelPassword behind the question mark, nothing else');
  if (!/^\d{1,4}$/.test(db)) refuse('db must be the number of a database');
  return { db: Number(db), sentinelUsername, sentinelPassword };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('a percent sign must be written as %25');
  }
}

function refuse(message: string): never {
  throw new ConfigError([{ setting: 'REDIS_URL', message }]);
}
