/** An answer of the door: HTTP status, and the fields of GENIQ's API. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly reference: string;
    readonly responseCode: string;
    readonly responseMessage: string;
    readonly token: string;
    readonly expiry: string;
    readonly messageIds: readonly string[];
  };
}

type Fields = Readonly<Record<string, string>>;

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** GENIQ's API as a caller of GENIQ uses it: one base address, one credential, forms. */
export class GeniqDoor {
  private readonly base: string;

  constructor(
    private readonly url: string,
    private readonly authorization?: string,
    private readonly idempotencyKey?: string,
  ) {
    this.base = `${url}/geniq/rest/v1/`;
  }

  /** The same with an Idempotency-Key. */
  once(key: string): GeniqDoor {
    return new GeniqDoor(this.url, this.authorization, key);
  }

  async call(method: string, path: string, body?: URLSearchParams | string, type?: string): Promise<DoorAnswer> {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        ...(this.authorization !== undefined && { authorization: this.authorization }),
        ...(this.idempotencyKey !== undefined && { 'idempotency-key': this.idempotencyKey }),
        ...(type !== undefined && { 'content-type': type }),
      },
      body,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as DoorAnswer['body'] };
  }

  verify(recipient: string, fields: Fields = {}): Promise<DoorAnswer> {
    return this.call('POST', 'verify', new URLSearchParams({ recipient, originator: 'Hello', ...fields }));
  }

  check(id: string, code: string, fields: Fields = {}): Promise<DoorAnswer> {
    return this.call('POST', `verify/${id}?${new URLSearchParams({ code })}`, new URLSearchParams(fields));
  }
}
