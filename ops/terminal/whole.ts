import { InvalidArgumentError } from 'commander'

/** An option that is a whole number, from `least` to `most`. Throws commander's error, which names the option. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) {
      const limit = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`
      throw new InvalidArgumentError(`It must be a whole number, ${limit}.`)
    }
    return value
  }
