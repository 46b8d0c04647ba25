import { ownCertificate } from './certificate.ts'
import { findOrCreateDemoSale } from './demo-sale.ts'
import { StackRuns } from './run-folder.ts'
import type { Stack } from './stack.ts'
import type { StartOptions } from './start-options.ts'
import { startStack } from './start-stack.ts'

/** What happens meanwhile; a supervisor in the background tells it to the start that waits for it. */
export type Report = { line: string } | { ready: true } | { failed: string }

/** npm hands a Ctrl-C on that the terminal has given to us already: the same wish twice, not a second one. */
const SAME_WISH_MS = 1000

const PREFERRED = { flash: 8080, flashTls: 8443, shop: 8081, ops: 8090, sandbox: 8082 }

/** Runs the stack until it is told to stop; then ends the process: 0, or 1 when it could not start. */
export async function keepRunning(options: StartOptions, report: (report: Report) => void): Promise<void> {
  const { dir, doors, gateways, workers } = options
  const began = Date.now()
  const say = (line: string) => report({ line })
  const progress = (line: string) => say(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`)

  let stack: Stack | undefined
  let askedAt = 0
  const stop = async () => {
    if (askedAt > 0) {
      if (Date.now() - askedAt < SAME_WISH_MS) return
      say('killing everything')
      // The stack's own exit listener kills what still runs.
      process.exit(130)
    }
    askedAt = Date.now()
    say('stopping; once more kills at once')
    // Before it is ready, the exit listener ends what has been started so far.
    await stack?.stop()
    say('stopped')
    process.exit(stack === undefined ? 1 : 0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())

  try {
    const env = { gateway: { SLUICE_DEV_SIGN_IN: 'true' } }
    const door = { workerProcesses: 'auto' as const }
    const certificate = ownCertificate(process.env)
    stack = await startStack({
      certificate,
      dir,
      doors,
      gateways,
      workers,
      env,
      door,
      ports: PREFERRED,
      onProgress: progress,
    })
    const sale = await findOrCreateDemoSale(stack)
    if (sale.created) progress(`created demo sale ${sale.id}, which opens in a minute`)
    say(describe(stack, sale.id))
    report({ ready: true })
  } catch (error) {
    if (error instanceof StackRuns) {
      say(`${error.message}. Nothing to do:`)
      for (const name of ['flash', 'ops', 'management']) say(`  ${name}  ${error.record.urls[name] ?? ''}`)
      report({ ready: true })
      process.exit(0)
    }
    report({ failed: (error as Error).message })
    await stack?.stop()
    process.exit(1)
  }
}

const describe = ({ urls, ports, dir, tls, doors, console }: Stack, sale: number): string => {
  const moved = Object.entries(PREFERRED)
    .filter(([name, port]) => ports[name as keyof typeof PREFERRED] !== port)
    .map(([name, port]) => `  (port ${port} for ${name} is taken, so it has another)\n`)
    .join('')
  const more = doors
    .slice(1)
    .map(({ name, flash, ops }) => `  ${name.padEnd(13)} ${flash}/   (ops: ${ops}/)\n`)
    .join('')
  return `
Sluice is running.

  The sale      ${urls.flash}/sales/${sale}
  All sales     ${urls.flash}/
  Over TLS      ${urls.flashTls}/   (certificate: ${tls.cert})
  The shop      ${urls.shop}/
  Ops           ${urls.ops}/   (sign in as ${console?.name}, ${console?.password})
  RabbitMQ      ${urls.management}/
${more}${moved}
Signing in as anybody is switched on here (SLUICE_DEV_SIGN_IN), for development only.
Data and logs are in ${dir}. Stop with Ctrl-C or "npm stop"; the next start goes on with the same data.
`
}
