import { constants, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { drawCaptcha } from './draw-captcha.ts'

// A thread of its own that draws as many captchas as it is told, one message each (see captcha-pool.ts).
const parent = parentPort
if (!parent) throw new Error('draw-captchas runs as a worker thread')

try {
  // Of this thread alone (Linux): drawing ahead takes the time that nothing else wants.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {
  // Where it is not allowed, it is only less polite.
}

let due = 0
let drawing = false

parent.on('message', (more: number) => {
  due += more
  if (!drawing) draw()
})

/** One at a time, so that a message that ends this thread is heard in between. */
function draw(): void {
  drawing = due > 0
  if (!drawing) return
  due--
  parent?.postMessage(drawCaptcha())
  setImmediate(draw)
}
