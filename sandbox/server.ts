import { createLog } from '../platform/log.ts'
import { runUntilStopped } from '../platform/run-until-stopped.ts'
import { readSandboxConfig } from './config.ts'
import { startSandbox } from './start-sandbox.ts'

// Stands for the shop's payment provider where there is no real one: on one's own machine and in tests.
await runUntilStopped('sandbox', () => {
  const config = readSandboxConfig(process.env)
  const log = createLog(config.SLUICE_NAME, config.SLUICE_LOG_LEVEL)
  return startSandbox(config, log, (error) => {
    log.fatal({ err: error }, 'the books can not be written: nothing may be answered any more')
    process.exit(1)
  })
})
