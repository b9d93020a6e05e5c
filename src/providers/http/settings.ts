import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsString,
  Matches,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { IfSet } from '../if-set.js';
import { IsTemplate } from '../template.js';

const PATH = /^[\w-]+(\.[\w-]+)*$/;
const PATH_HELP = { message: 'must be a path into the answer, like data.0.id' };

const CALLBACK_URL = /\{\{\s*callback_url\s*\}\}/;

/** Named beside no secret, a signature would never be looked at. */
const GoesWithSecret = () =>
  ValidateBy({
    name: 'goesWithSecret',
    validator: {
      validate: (_, args) => (args?.object as ReceiptSettings).secret !== undefined,
      defaultMessage: () => 'needs the secret that signatures are made with',
    },
  });

/** A receipt proves itself and tells its message by the address that we gave out, or else by a secret and an id. */
const CanCome = () =>
  ValidateBy({
    name: 'canCome',
    validator: {
      validate: (receipt: Partial<ReceiptSettings> | null, args) => {
        const { url, headers, body } = args?.object as HttpSettings;
        const given = CALLBACK_URL.test(JSON.stringify([url, headers, body]));
        return given || (receipt?.secret !== undefined && receipt.id !== undefined);
      },
      defaultMessage: () =>
        'needs {{callback_url}} in the request, or a secret and an id: else every receipt would be refused or lost',
    },
  });

/** Looks at one value of a 2xx answer. */
export class AnswerRule {
  @Matches(PATH, PATH_HELP)
  path: string;

  /** Words (compared without case) of which the value must be one. Without them any value but null and false matches. */
  @IfSet()
  @IsArray()
  @ArrayNotEmpty()
  @IsString({ each: true })
  words?: string[];
}

/** How the gateway's receipts read (design §2). They come as JSON, as a form, or in a query. */
export class ReceiptSettings {
  /** Where the receipt holds the message's id; without it, receipts must come to `{{callback_url}}`. */
  @IfSet()
  @Matches(PATH, PATH_HELP)
  id?: string;

  /** Where it holds the gateway's word for the state. */
  @Matches(PATH, PATH_HELP)
  status: string;

  @IsArray()
  @IsString({ each: true })
  delivered: string[];

  @IsArray()
  @IsString({ each: true })
  read: string[] = [];

  @IsArray()
  @IsString({ each: true })
  failed: string[] = [];

  /** With it, receipts must carry it: `Authorization: Bearer <secret>`, or a signature where a header is named. */
  @IfSet()
  @IsString()
  @IsNotEmpty()
  secret?: string;

  /** Header with the HMAC-SHA-256 of the body under `secret`, in hex or base64. */
  @IfSet()
  @Matches(/^[\w-]+$/, { message: 'must be the name of a header' })
  @GoesWithSecret()
  signatureHeader?: string;
}

/** `accounts.<name>.settings` of an account with `use: http`. */
export class HttpSettings {
  /** http or https address; may hold placeholders, which are percent-encoded. */
  @Matches(/^https?:\/\/[^\s/?#@]+([/?#]|$)/, {
    message: 'must start with http:// or https:// and hold no user name or password; send those in headers',
  })
  @IsTemplate()
  url: string;

  @IsIn(['POST', 'PUT', 'GET'])
  method: 'POST' | 'PUT' | 'GET' = 'POST';

  @IsObject()
  @IsTemplate()
  headers: Record<string, string> = {};

  /** How `body` travels: as JSON, as a form, or in the query of the url. */
  @IsIn(['json', 'form', 'query'])
  format: 'json' | 'form' | 'query' = 'json';

  /** Any shape; placeholders are filled in every text of it. */
  @IfSet()
  @IsObject()
  @IsNotEmpty()
  @IsTemplate()
  body?: Record<string, unknown>;

  /** Where the answer holds the message's id. An answer without it counts as refused. */
  @IfSet()
  @Matches(PATH, PATH_HELP)
  idPath?: string;

  /** Where the answer holds the gateway's word for the state, kept in the attempt. */
  @IfSet()
  @Matches(PATH, PATH_HELP)
  statusPath?: string;

  /** With this rule an answer is only a success when the value matches. */
  @IfSet()
  @ValidateNested()
  @Type(() => AnswerRule)
  success?: AnswerRule;

  /** With this rule an answer is a failure when the value matches. */
  @IfSet()
  @ValidateNested()
  @Type(() => AnswerRule)
  failure?: AnswerRule;

  @IfSet()
  @CanCome()
  @ValidateNested()
  @Type(() => ReceiptSettings)
  receipt?: ReceiptSettings;
}
