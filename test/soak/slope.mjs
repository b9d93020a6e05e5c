// How fast something grows.
import { median } from '../../bench/measure.mjs';

/**
 * The median of the slopes between all pairs (Theil and Sen): a few samples that fell into a busy moment do not move it.
 * @param points [x, y], two or more @returns y for each x
 */
export function slopeOf(points) {
  const slopes = points.flatMap(([x, y], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)));
  return median(slopes);
}
