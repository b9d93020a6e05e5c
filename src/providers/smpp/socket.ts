import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProviderError } from '../errors.js';

/** A server that does not even accept a connection by then is down. */
const CONNECT_TIMEOUT_MS = 3_000;

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** PEM of an authority to trust in the place of Node's own. */
  readonly ca?: string;
}

/** @param url `smpp://host:port` or `smpps://host:port` */
export function parseServer(url: string, ca?: string): Server {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), tls: protocol === 'smpps:', ca };
}

/** A connection that is open, with its certificate checked. @throws ProviderError `unreachable` */
export function openSocket({ host, port, tls, ca }: Server): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const servername = isIP(host) ? undefined : host;
    const socket = tls ? connectTls({ host, port, ca, servername }) : connect({ host, port });
    const fail = (code: string): void => {
      socket.destroy();
      reject(new ProviderError('unreachable', code));
    };
    const timer = setTimeout(() => {
      fail('connect_timeout');
    }, CONNECT_TIMEOUT_MS);
    const onError = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      fail(error.code ?? 'connection_failed');
    };
    socket.once('error', onError);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
