/** The bounds and defaults of design §3, shared by the file's schema and the API's. Times in seconds. */
export const bounds = {
  codeLength: { min: 4, max: 12, default: 6 },
  ttl: { min: 30, max: 86_400, default: 300 },
  maxChecks: { min: 1, max: 10, default: 5 },
  wait: { min: 5, max: 900, default: 30 },
  /** Of one message at the vendor: two weeks is the most that one of them takes. The code's life bounds it too. */
  validity: { min: 30, max: 1_209_600 },
  /** Nobody starts anything within a minute of a call: the phone is at the person's ear. */
  afterVoice: 60,
  steps: 10,
  limitKeys: 5,
  /** Messages that callers may ask for by one verification: start, starts again, `next`. */
  sends: 20,
  from: 64,
  template: 500,
  /** Languages of one template. */
  texts: 30,
  /** Characters of a token that people choose: shorter ones can be guessed over the network. */
  token: 8,
  ipRanges: 100,
  /** Seconds for which a rotated key's old token works. */
  overlap: { min: 0, max: 30 * 86_400, default: 86_400 },
} as const;

/** A language tag (BCP 47), as far as we read it. */
export const LANGUAGE_TAG = { pattern: '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$', maxLength: 20 } as const;
