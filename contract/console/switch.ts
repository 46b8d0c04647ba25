import type { SwitchName, SwitchState } from '../switches.ts'

/** A switch as it is in force. */
export interface ShownSwitch {
  name: SwitchName
  value: number | boolean | string
  /** Where the value comes from: this sale, set, load, level N or normal. */
  from: string
  allowed: string
  perSale: boolean
  says: string
  /** Who turned it last for this sale (or, without a sale, for all), and how often that was done. */
  version: number
  /** `before` and `after` as text, or `default`; `at` is ISO 8601. */
  set?: { before: string; after: string; who: string; reason: string; at: string }
}

/** Every switch, for all sales or for one, and the levels. */
export interface ShownSwitches {
  version: number
  /** In force, and what the rules on load ask for. */
  level: number
  autoLevel: number
  levels: { level: number; name: string; values: Record<string, string> }[]
  switches: ShownSwitch[]
  /** What is set for single sales, by their ID. */
  sales: SwitchState['sales']
}
