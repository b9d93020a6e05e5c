/** An answer of the API: status, headers, and the body as it came and as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Verification & Problem & CheckAnswer & { data: Verification[]; next_cursor: string | null };
}

export interface Verification {
  readonly id: string;
  readonly status: string;
  readonly delivery: string;
  readonly to: string;
  readonly profile: string | null;
  readonly reference: string | null;
  readonly metadata: Record<string, string>;
  readonly checks: { made: number; left: number };
  readonly sends: { made: number; left: number | null; next_at: string | null };
  readonly channel: string;
  readonly next_channel: string | null;
  readonly next_at: string | null;
  readonly created_at: string;
  readonly expires_at: string;
  readonly attempts: {
    id: string;
    step: number;
    channel: string;
    account: string;
    from: string | null;
    status: string;
    provider_message_id: string | null;
    provider_status: string | null;
    error: { kind: string; code: string } | null;
    cost: number | null;
    queued_at: string;
    sent_at: string | null;
    delivered_at: string | null;
    failed_at: string | null;
  }[];
}

interface CheckAnswer {
  readonly result: string;
  readonly valid: boolean;
}

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly limit?: string;
  readonly request_id: string;
  readonly errors?: { field: string; message: string }[];
}

/** The API as one key's holder uses it, over real HTTP. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) as Answer['body'] };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.request('POST', path, body);
  }

  /** Starts over SMS unless the body says otherwise. */
  start(to: string, body: Record<string, unknown> = {}): Promise<Answer> {
    return this.post('/v1/verifications', { to, channels: [{ channel: 'sms' }], ...body });
  }

  check(id: string, code: string, extra: Record<string, unknown> = {}): Promise<Answer> {
    return this.post(`/v1/verifications/${id}/check`, { code, ...extra });
  }

  read(id: string): Promise<Answer> {
    return this.get(`/v1/verifications/${id}`);
  }

  cancel(id: string): Promise<Answer> {
    return this.post(`/v1/verifications/${id}/cancel`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

let numbers = 0;

/** A number that no other test of this process uses (Ofcom's range for drama holds too few: a US range). */
export const freshNumber = (): string => `+1415${String(5_550_000 + ++numbers).padStart(7, '0')}`;

/** A code that is not this one. */
export const wrongFor = (code: string, offset = 1): string =>
  String((Number(code) + offset) % 10 ** code.length).padStart(code.length, '0');
