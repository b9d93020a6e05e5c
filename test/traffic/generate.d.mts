import type { Line } from './replay.js';

export const DAYS_BEFORE: number;
export const traffics: Readonly<Record<'pumping' | 'launch' | 'slow' | 'mixed', () => Line[]>>;
