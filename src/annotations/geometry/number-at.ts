/**
 * The number at an index that is inside the list by construction: an index that is not is a fault of
 * the program and throws, instead of spreading as NaN through comparisons.
 */
export function numberAt(list: Int32Array | Float64Array, index: number): number {
  const value = list[index];
  if (value === undefined) throw new RangeError(`There is no number ${index} in this list.`);
  return value;
}
