import type { AddCommand } from '../ops/terminal/terminal.ts'
import { addMonitor } from './commands/monitor.ts'
import { addStart } from './commands/start.ts'
import { addStatus } from './commands/status.ts'
import { addStop } from './commands/stop.ts'

/** The commands of `sluice` that start, show and end what runs on this machine. */
export const LOCAL_COMMANDS: readonly AddCommand[] = [addStart, addStop, addStatus, addMonitor]
