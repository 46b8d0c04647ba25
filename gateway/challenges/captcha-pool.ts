import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Gauge, type Registry } from 'prom-client'
import type { Logger } from '../../platform/log.ts'
import { ROOT } from '../../platform/root.ts'
import type { Captcha } from './draw-captcha.ts'

/** The built thread: Node runs no TypeScript, and the pool is tried from the sources too. */
const DRAWER = join(ROOT, 'dist', 'gateway', 'challenges', 'draw-captchas.js')
const RESTART_MS = 1_000

export interface CaptchaPool {
  /** A captcha that nobody has seen, or undefined while there is none. Never waits. */
  take(): Captcha | undefined
  /** Draws ahead, if it does not yet: for a sale that will ask for captchas. */
  warm(): void
  close(): Promise<void>
}

/**
 * Captchas drawn ahead by a thread, `size` at most. Nothing is drawn before the first `warm` or `take`. A thread that
 * dies is started again; until then the pool runs empty, which costs a buyer another try and nobody else anything.
 */
export function createCaptchaPool({
  size,
  metrics,
  log,
}: {
  size: number
  metrics: Registry
  log: Logger
}): CaptchaPool {
  const drawn: Captcha[] = []
  let drawer: Worker | undefined
  /** Ordered from the thread and not yet here: with those, the pool never holds more than `size`. */
  let ordered = 0
  let closed = false
  let restartAt = 0

  new Gauge({
    name: 'sluice_captcha_pool',
    help: 'Captchas that are drawn and not yet shown to anybody',
    registers: [metrics],
    collect() {
      this.set(drawn.length)
    },
  })

  const start = (): Worker => {
    const thread = new Worker(DRAWER, { name: 'captchas' })
    thread.on('message', (captcha: Captcha) => {
      ordered--
      drawn.push(captcha)
    })
    thread.on('error', (error) => log.error({ err: error }, 'captchas are not drawn'))
    thread.on('exit', () => {
      if (drawer !== thread) return
      drawer = undefined
      ordered = 0
      restartAt = Date.now() + RESTART_MS
    })
    // The gateway's end does not wait for it.
    thread.unref()
    return thread
  }

  const order = (): void => {
    const missing = size - drawn.length - ordered
    if (closed || missing <= 0 || (!drawer && Date.now() < restartAt)) return
    drawer ??= start()
    ordered += missing
    drawer.postMessage(missing)
  }

  return {
    take() {
      const captcha = drawn.shift()
      order()
      return captcha
    },
    warm: order,
    async close() {
      closed = true
      await drawer?.terminate()
    },
  }
}
