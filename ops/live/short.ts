/** Three digits say enough, and keep a day of samples small. */
export const short = (value: number): number =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? value : Number(value.toPrecision(3))
