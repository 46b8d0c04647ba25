/** A live setting as the API gives it (ops/settings/list-settings.ts). */
export interface SettingView {
  name: string
  room: 'gateway' | 'worker' | 'door'
  unit: string
  normal: number
  least: number
  most: number
  says: string
  value: number
  set: number | null
  version: number
  who: string | null
  reason: string | null
  at: string | null
  inForce: { at: number; of: number; behind: string[] }
}

/** One change of a setting; `before` and `after` are numbers as text, or `default`. */
export interface SettingChange {
  name: string
  version: number
  before: string
  after: string
  who: string
  reason: string
  at: string
}

/** Its name within its room. */
export const shortName = ({ name, room }: SettingView): string => name.slice(room.length + 1)
