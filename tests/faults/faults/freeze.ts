import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Work } from './fault.ts'

/** SIGSTOP, some seconds, SIGCONT: the process is not dead, and does not know that time went by. */
const freeze = (name: string, work: Work, processes: string[]): Fault => ({
  name: `freeze ${name}`,
  work,
  async strike({ at, random }) {
    const victim = random.pick(processes)
    at.stack.kill(victim, 'SIGSTOP')
    await sleep(random.whole(1_000, 4_000))
    at.stack.kill(victim, 'SIGCONT')
    return { from: Date.now() }
  },
})

export const freezes: Fault[] = [
  freeze('gateway', 'questions', ['gateway-1', 'gateway-2']),
  freeze('worker', 'flight', ['worker-1', 'worker-2']),
  freeze('redis', 'flight', ['redis']),
  freeze('mysql', 'flight', ['mysql']),
  freeze('rabbitmq', 'flight', ['rabbitmq']),
]
