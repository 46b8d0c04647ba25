import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keepRunning, type Report } from './keep-running.ts'
import { readStartOptions, type StartOptions } from './start-options.ts'

// `npm start` in the foreground, and the background supervisor itself, which has a channel to its parent.
const options = readOptions()
if (options.detach) await startDetached(options)
else await keepRunning(options, reporter())

function readOptions(): StartOptions {
  try {
    return readStartOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`sluice: ${(error as Error).message}\n`)
    process.exit(2)
  }
}

function reporter(): (report: Report) => void {
  // The parent, or the terminal, may be gone before we are.
  process.stdout.on('error', () => {})
  process.on('error', () => {})
  return (report) => {
    print(report)
    if (process.connected) process.send?.(report, () => {})
    if (!('line' in report) && process.connected) process.disconnect()
  }
}

function print(report: Report): void {
  if ('line' in report) process.stdout.write(`${report.line}\n`)
  if ('failed' in report) process.stderr.write(`sluice: ${report.failed}\n`)
}

/** Starts the same program as a supervisor of its own session, shows its progress, leaves when it is ready. */
async function startDetached({ dir, ...counts }: StartOptions): Promise<void> {
  mkdirSync(join(dir, 'logs'), { recursive: true, mode: 0o700 })
  const logFile = join(dir, 'logs', 'supervisor.log')
  const log = openSync(logFile, 'a', 0o600)
  const self = fileURLToPath(import.meta.url)
  const { doors, gateways, workers } = counts
  const args = [self, '--dir', dir, `--doors=${doors}`, `--gateways=${gateways}`, `--workers=${workers}`]
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  // Ctrl-C while it starts means the same as in the foreground.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGTERM'))
  const ready = await new Promise<boolean>((resolve) => {
    child.on('message', (report: Report) => {
      print(report)
      if (!('line' in report)) resolve('ready' in report)
    })
    child.once('exit', () => resolve(false))
  })
  if (!ready) process.stderr.write(`sluice: not started; more in ${logFile}\n`)
  process.exit(ready ? 0 : 1)
}
