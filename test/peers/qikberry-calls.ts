import { Ajv, type ValidateFunction } from 'ajv';

/** One of the vendor's calls, by its documented fields: what is not among them, or missing, is refused. */
interface VendorCall {
  readonly schema: object;
  readonly message: string;
  /** The vendor's word for a message that it took. */
  readonly word: string;
  readonly status: 'OK' | 200;
}

const text = { type: 'string', minLength: 1 };
const digits = { type: 'string', pattern: '^[1-9]\\d{6,14}$' };

const shape = (required: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(required),
  properties: { ...required, ...optional },
});

const recipient = shape({ to: { type: 'array', minItems: 1, items: digits } });
const textContent = (maxLength: number) =>
  shape({ type: { const: 'text' }, payload: shape({ text: { ...text, maxLength } }) });

/** `<channel>/message/send`. */
const channels = (name: string, meta: object, message: object) =>
  shape({
    channels: { type: 'array', minItems: 1, maxItems: 1, items: shape({ name: { const: name }, from: text, meta }) },
    recipient,
    message,
  });

/** `<channel>/send/template`: an alias or an id. */
const template = (meta: object) => ({
  ...shape({ recipient, data: { type: 'object', additionalProperties: text }, meta }, { alias: text, id: text }),
  oneOf: [{ required: ['alias'] }, { required: ['id'] }],
});

const whatsappTemplate = shape({
  type: { const: 'template' },
  payload: shape(
    { name: text, body_params: { type: 'array', items: text } },
    { language: text, header_params: shape({ type: { const: 'text' }, payload: shape({ text }) }) },
  ),
});

const viberMeta = shape(
  { category: { enum: ['transactional', 'promotional'] } },
  { ttl: { type: 'integer', minimum: 30, maximum: 1_209_600 }, foreign_id: text },
);

const speech = shape(
  {},
  {
    voiceid: text,
    break: shape({ identifier: text, time: { type: 'number' } }),
    iteration_tries: { type: 'integer' },
    iteration_delay: { type: 'number' },
  },
);

const type = { enum: ['U', 'N', 'A'] };
/** Both brands' codes of products for short messages. */
export const PRODUCTS = ['T', 'P', 'S', 'G', 'ENT', 'BNK', 'MKT', 'GMS', 'A2P', 'DIR'];
const units = { enum: [2, 3] };

const SMS = { word: 'AWAITING-DLR', message: '1 numbers accepted for delivery.', status: 200 } as const;
const CHAT = { word: 'queued', message: 'Messages queued successfully', status: 'OK' } as const;
const CALL = { ...CHAT, message: 'Calls queued successfully' } as const;

function calls({ dlt, rcs }: Brand): Record<string, VendorCall> {
  const ids: Record<string, object> = dlt ? { entity_id: text, template_id: text } : {};
  const sms = shape(
    {
      sender: text,
      to: { type: 'array', items: digits },
      message: text,
      service: { enum: PRODUCTS },
    },
    { type, flash: { enum: [0, 1] }, custom: text, port: text, max_units: units, webhook_id: text, ...ids },
  );
  const smsMeta = shape({ service: { enum: PRODUCTS } }, { foreign_id: text, type, max_units: units, ...ids });
  const reference = shape({}, { foreign_id: text });
  const call = { bridge: digits, to: digits };
  const flow = { interval: { enum: [5, 15, 30, 45, 60] }, webhook_id: text, 'variables[otp]': text };
  return {
    'sms/send': { schema: sms, ...SMS },
    'sms/send/template': {
      schema: template(shape({}, { webhook_id: text, foreign_id: text, flash: { enum: [0, 1] } })),
      ...SMS,
    },
    'sms/message/send': { schema: channels('sms', smsMeta, textContent(4_096)), ...SMS },
    'whatsapp/message/send': {
      schema: channels('whatsapp', reference, { anyOf: [whatsappTemplate, textContent(4_096)] }),
      ...CHAT,
    },
    'viber/message/send': { schema: channels('viber', viberMeta, textContent(1_000)), ...CHAT },
    'viber/send/template': { schema: template(shape({ from: text }, { foreign_id: text })), ...CHAT },
    'outgoing/tts': { schema: shape({ ...call, text }, { options: speech }), ...CALL },
    'outgoing/send': { schema: shape({ ...call, flow_id: text, name: text }, flow), ...CALL },
    ...(rcs && {
      'rcs/message/send': { schema: channels('rcs', reference, textContent(4_096)), ...CHAT },
      'rcs/send/template': { schema: template(reference), ...CHAT, status: 200 as const },
    }),
  };
}

/** What tells the two brands apart on the wire. */
export interface Brand {
  readonly dlt: boolean;
  readonly rcs: boolean;
}

export type CheckedCall = VendorCall & { readonly check: ValidateFunction };

export function callsOf(brand: Brand): ReadonlyMap<string, CheckedCall> {
  const ajv = new Ajv({ allErrors: true });
  return new Map(
    Object.entries(calls(brand)).map(([path, call]) => [path, { ...call, check: ajv.compile(call.schema) }]),
  );
}
