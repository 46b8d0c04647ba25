import { badLinks } from './bad-link.ts'
import type { Fault } from './fault.ts'
import { freezes } from './freeze.ts'
import { killEverything, kills } from './kill.ts'
import { flushAll, oldFiles, wrongCount } from './lose-redis.ts'
import { memoryAlarm } from './memory-alarm.ts'
import { reloadDoor } from './reload-door.ts'
import { repeatMessages } from './repeat-messages.ts'
import { storm } from './storm.ts'

/** Every fault of the suite. */
export const ALL_FAULTS: readonly Fault[] = [
  ...kills,
  ...freezes,
  ...[flushAll, oldFiles, wrongCount, memoryAlarm, reloadDoor, repeatMessages, killEverything, storm],
  ...badLinks,
]
