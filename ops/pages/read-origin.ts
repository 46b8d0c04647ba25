import { ConfigError } from '../../platform/config.ts'

/** Where pages are published to besides nginx's own folder, and who is asked for them afterwards. Throws ConfigError. */
export function readOrigin(config: { SLUICE_CDN_DIR: string; SLUICE_DOORS: string }): {
  cdn: string | undefined
  doors: string[]
} {
  const doors = config.SLUICE_DOORS.split(',').filter((door) => door !== '')
  for (const door of doors) {
    if (!/^https?:\/\/[^/]+\/?$/.test(door))
      throw new ConfigError(
        `SLUICE_DOORS: ${door} is not the address of a door, such as http://flash.localhost:8080`,
      )
  }
  return { cdn: config.SLUICE_CDN_DIR || undefined, doors: doors.map((door) => door.replace(/\/$/, '')) }
}
