/** A number that ops may change while everything runs. */
export interface Setting {
  /** Which processes read it. */
  room: 'gateway' | 'worker' | 'door'
  unit: string
  /** What it is where nothing else is said: the default of the environment, or of nginx/tunables.conf. */
  normal: number
  least: number
  most: number
  /** The file that reads it. */
  where: string
  /** What it does, in one sentence for ops. */
  says: string
}

/** A change of one, as MySQL has it. */
export interface RecordedSetting {
  name: string
  /** Of this setting, from 1 on. */
  version: number
  /** Numbers as text, or `default`. */
  before: string
  after: string
  who: string
  reason: string
  /** ISO 8601. */
  at: string
}

/** `[normal, least, most]`, in the setting's unit. */
type Numbers = [normal: number, least: number, most: number]
type Line = [unit: string, numbers: Numbers, where: string, says: string]

/** Makes settings of one room from lines such as `'flush-ms': ['ms', [100, 1, 10_000], WHERE, SAYS]`. */
export function settingsOf<R extends Setting['room'], N extends string>(
  room: R,
  lines: Record<N, Line>,
): Record<`${R}.${N}`, Setting> {
  const settings: Record<string, Setting> = {}
  for (const [name, [unit, [normal, least, most], where, says]] of Object.entries<Line>(lines)) {
    settings[`${room}.${name}`] = { room, unit, normal, least, most, where, says }
  }
  return settings
}
