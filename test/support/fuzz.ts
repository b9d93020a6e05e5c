import type { AnySchemaObject } from 'ajv';

/** Texts that have broken services: formats, encodings, queries, paths, numbers at their ends. */
const HOSTILE: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n\r\n',
  '\u202e\u2066',
  '\u200b\ufeff',
  '\ud800',
  '👩‍👩‍👧‍👦',
  'Ω'.repeat(300),
  'x'.repeat(5_000),
  '%00',
  '%zz',
  '..',
  '../../etc/passwd',
  '..%2f..%2f',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'undefined',
  'null',
  'NaN',
  '-0',
  '1e309',
  '9007199254740993',
  '-1',
  '0x10',
  '*',
  'pl:{00}:v:*',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '${7*7}{{7*7}}#{7*7}',
  '{{code}}',
  '{{constructor}}',
  '$&$1$`',
  '[object Object]',
  '2099-01-31T12:00:00Z',
  '9999-99-99T99:99:99Z',
  '275760-09-13T00:00:00.001Z',
  '+14155552671',
  '+999999999999999',
  '０１２３',
  'a@b',
  `${'a'.repeat(64)}@${'b.'.repeat(90)}co`,
  '"@"@"@"',
  'http://169.254.169.254/',
  'https://[::1]:0/',
  '::ffff:1.2.3.4%lo',
  '0.0.0.0/0',
  '1772366400000-0',
  '99999999999999999-99999999999999999',
  'eyJhbGciOiJub25lIn0.e30.',
  '00000000-0000-4000-8000-000000000000',
];
const ODD: readonly unknown[] = [null, true, 0, -1, 1.5, 1e300, 2 ** 53, [], {}, [[]], { a: { b: [null] } }, ''];

/** Values for a JSON schema: mostly such as it takes, so that what is behind the check is reached too. */
export class Fuzzer {
  constructor(private readonly random: () => number) {}

  hostile = (): string => this.pick(HOSTILE);

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** @param known what an honest caller would give for a field of this name */
  value(
    schema: AnySchemaObject,
    known: Readonly<Record<string, readonly unknown[]>>,
    name = '',
    spoil = 0.06,
  ): unknown {
    if (this.chance(spoil)) return this.chance(0.6) ? this.hostile() : this.pick(ODD);
    const honest = [schema.type as unknown].flat()[0] === 'string' ? known[name] : undefined;
    if (honest && this.chance(0.85)) return this.pick(honest);
    if (Array.isArray(schema.enum)) return this.pick(schema.enum as unknown[]);
    switch ([schema.type as unknown].flat()[0]) {
      case 'object':
        return this.object(schema, known, spoil);
      case 'array': {
        const most = Math.min(Number(schema.maxItems ?? 3), 3);
        const count = Math.max(Number(schema.minItems ?? 0), Math.floor(this.random() * (most + 1)));
        const items = (schema.items ?? { type: 'string' }) as AnySchemaObject;
        return Array.from({ length: count }, () => this.value(items, known, name, spoil));
      }
      case 'integer':
      case 'number':
        return this.number(schema);
      case 'boolean':
        return this.chance(0.5);
      default:
        return this.chance(0.3) ? this.hostile() : `t${Math.floor(this.random() * 1e6)}`;
    }
  }

  private number({ minimum = 0, maximum = 1_000 }: AnySchemaObject): number {
    const [low, high] = [Number(minimum), Number(maximum)];
    return this.pick([low, high, low - 1, high + 1, low + Math.floor(this.random() * (high - low + 1)), low, high]);
  }

  private object(schema: AnySchemaObject, known: Readonly<Record<string, readonly unknown[]>>, spoil: number): unknown {
    const required = (schema.required ?? []) as string[];
    const properties = Object.entries((schema.properties ?? {}) as Record<string, AnySchemaObject>);
    const wanted = properties.filter(([name]) => this.chance(required.includes(name) ? 0.97 : 0.3));
    const object = Object.fromEntries(wanted.map(([name, one]) => [name, this.value(one, known, name, spoil)]));
    if (this.chance(spoil / 2)) object[this.hostile()] = this.pick(ODD);
    return object;
  }
}
