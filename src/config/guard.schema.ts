import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  Matches,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { GUARD_MODES, LIMIT_SUBJECTS, type GuardMode, type LimitSubject } from '../guard/policy.js';
import { LIMIT_HELP, parseLimits } from './limits.js';

const NAME_HELP = { message: 'must be 1 to 40 letters, digits, - or _' };

const isLimits = (value: unknown): boolean => (parseLimits(value)?.length ?? 0) > 0;

class LimitRuleSchema {
  @Matches(/^[\w-]{1,40}$/, NAME_HELP) name: string;
  @IsIn(LIMIT_SUBJECTS) key: LimitSubject;
  /** Default the rule's name. */
  @IsOptional() @Matches(/^[\w-]{1,40}$/, NAME_HELP) limit_key?: string;
  @ValidateBy({ name: 'isLimits', validator: { validate: isLimits, defaultMessage: () => LIMIT_HELP } })
  limits: unknown;
  @IsOptional() @IsIn(GUARD_MODES) mode: GuardMode = 'enforce';
}

/** `applications.<name>.guard`; its maps are walked in `load-guard.ts`. */
export class GuardSchema {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => LimitRuleSchema)
  rules: LimitRuleSchema[] = [];

  @IsOptional() @IsObject() pumping: Record<string, unknown> = {};
  @IsOptional() @IsObject() line_types: Record<string, unknown> = {};
  @IsOptional() @IsObject() countries: Record<string, unknown> = {};
}
