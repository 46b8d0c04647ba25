import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../platform/root.ts'

/**
 * Runs one of the stack's own programs (`dist/stack/NAME.js`) in this terminal until it ends; gives its exit code.
 * Under `quiet` its words go to stderr, so that stdout is left for the one JSON value.
 */
export async function runProgram(name: 'start' | 'stop', args: string[], quiet: boolean): Promise<number> {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'stack', `${name}.js`), ...args], {
    stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'],
  })
  // A Ctrl-C reaches the child by itself, from the terminal; a signal to us alone is handed on. We end after it.
  const ignore = () => {}
  const handOn = () => void child.kill('SIGTERM')
  process.on('SIGINT', ignore)
  process.on('SIGTERM', handOn)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => resolve(code ?? 1))
    })
  } finally {
    process.off('SIGINT', ignore)
    process.off('SIGTERM', handOn)
  }
}
