import type { Fault } from './fault.ts'

/** `nginx -s reload` in the middle of it all. */
export const reloadDoor: Fault = {
  name: 'nginx reload',
  work: 'questions',
  async strike({ at }) {
    at.stack.kill('nginx', 'SIGHUP')
    return { from: Date.now() }
  },
}
