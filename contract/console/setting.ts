import type { Setting } from '../settings/kind.ts'
import type { SettingName } from '../settings.ts'

/** A setting with what it is, who set it, and where it is in force. */
export interface SettingView extends Setting {
  name: SettingName
  /** What counts. */
  value: number
  /** What it was set to; null: the normal value counts. */
  set: number | null
  /** How often it was changed; whoever changes it names this, and is refused if it has changed meanwhile. */
  version: number
  /** The latest change; `at` is ISO 8601. */
  who: string | null
  reason: string | null
  at: string | null
  /** Of the processes that read it, how many go by this value, of how many, and the names of the others. */
  inForce: { at: number; of: number; behind: string[] }
}

export interface SettingList {
  /** Of all settings together. */
  version: number
  settings: SettingView[]
}
