import { Type } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsNumber, IsString, Matches, Max, Min, ValidateNested } from 'class-validator';
import { IfSet } from '../if-set.js';
import { IsTexts } from './settings-rules.js';

/** An IVR flow of the platform's studio that says the code itself: `Your code is {{otp@digits}}`. */
export class FlowSettings {
  @IsString()
  @IsNotEmpty()
  id: string;

  /** The flow's variable that gets the code. */
  @Matches(/^\w{1,40}$/, { message: 'must be letters, digits and _' })
  variable = 'otp';

  /** Minutes after which the platform calls again when nobody answers; left out, it does not. */
  @IfSet()
  @IsIn([5, 15, 30, 45, 60])
  interval?: number;
}

/** `settings.voice`: our text as speech (`outgoing/tts`), or a flow (`outgoing/send`). */
export class VoiceSettings {
  /** The number that calls. */
  @IsString()
  @IsNotEmpty()
  bridge: string;

  /** Voice ids by locale, in the place of the usual ones: `{ de: Hans }`. */
  @IsTexts()
  voices: Record<string, string> = {};

  /** How often the text is spoken. */
  @IfSet()
  @IsInt()
  @Min(1)
  @Max(5)
  iterations?: number;

  /** Seconds between two times. */
  @IfSet()
  @IsNumber()
  @Min(0)
  @Max(10)
  iterationDelay?: number;

  /** Seconds of silence between the digits; left out, they stand apart as in a list. */
  @IfSet()
  @IsNumber()
  @Min(0)
  @Max(5)
  pause?: number;

  /** In the place of all the settings of speech. */
  @IfSet()
  @ValidateNested()
  @Type(() => FlowSettings)
  flow?: FlowSettings;
}
