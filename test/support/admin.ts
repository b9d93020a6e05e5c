import { expect } from '@jest/globals';
import type { Answer, Api } from './api.js';
import type { Service } from './service.js';

export const ADMIN_KEY = 'admin_key_of_this_service_0123456789';

export interface MadeKey {
  readonly id: string;
  readonly token: string;
  readonly expires_at: string | null;
  readonly overlap_until: string | null;
}

/** The administrator of a service that was started with `PASSLANE_ADMIN_KEY`. */
export class Admin {
  readonly api: Api;

  constructor(service: Service) {
    this.api = service.as(ADMIN_KEY);
  }

  async application(name: string): Promise<string> {
    return (await this.made<{ id: string }>('/v1/applications', { name })).id;
  }

  key(application: string, body: Record<string, unknown> = {}): Promise<MadeKey> {
    return this.made(`/v1/applications/${application}/keys`, { mode: 'live', scopes: ['verifications'], ...body });
  }

  rotate(application: string, key: string, body?: Record<string, unknown>): Promise<MadeKey> {
    return this.made(`/v1/applications/${application}/keys/${key}/rotate`, body);
  }

  async revoke(application: string, key: string): Promise<void> {
    const { status, text } = await this.api.request('DELETE', `/v1/applications/${application}/keys/${key}`);
    if (status !== 204) throw new Error(`not revoked: ${status} ${text}`);
  }

  private async made<T>(path: string, body?: Record<string, unknown>): Promise<T> {
    const { status, text } = await this.api.post(path, body);
    if (status > 201) throw new Error(`${path} was answered ${status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

/** `POST /v1/token` by HTTP Basic. */
export function tokenFor(service: Service, id: string, token: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`;
  return fetch(`${service.url}/v1/token`, { method: 'POST', headers: { authorization } });
}

export const expectRefused = ({ status, body }: Answer, expected: number, code: string): void => {
  expect([status, body.code]).toEqual([expected, code]);
};
