/**
 * Something that is done once for all who ask for it meanwhile, and not again for a while: however many ask, it costs the
 * same.
 * @param forMs how old an answer, or a failure, may be that the next one gets, from when it was begun
 */
export function sharedAnswer<T>(forMs: number, work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let until = 0;
  return () => {
    const now = performance.now();
    if (answer === undefined || now >= until) {
      until = Infinity;
      answer = work().finally(() => {
        until = now + forMs;
      });
    }
    return answer;
  };
}
