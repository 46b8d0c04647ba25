import { ConfigError } from '../platform/config.ts'
import { createLog } from '../platform/log.ts'
import { readSandboxConfig } from './config.ts'
import { startSandbox } from './start-sandbox.ts'

// Stands for the shop's payment provider where there is no real one: on one's own machine and in tests.
try {
  const config = readSandboxConfig(process.env)
  const log = createLog(config.SLUICE_NAME, config.SLUICE_LOG_LEVEL)
  const stop = await startSandbox(config, log, (error) => {
    log.fatal({ err: error }, 'the books can not be written: nothing may be answered any more')
    process.exit(1)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), 5_000).unref()
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
} catch (error) {
  const { message, name } = error as Error
  process.stderr.write(
    `sandbox does not start: ${error instanceof ConfigError ? '' : `${name}: `}${message}\n`,
  )
  process.exit(1)
}
