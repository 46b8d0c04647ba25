import type { Fault, Scene, Work } from './fault.ts'

/** `kill -9` of one process or of all of a role, as the seed has it. */
const kill = (name: string, work: Work, processes: string[]): Fault => ({
  name: `kill -9 ${name}`,
  work,
  async strike({ at, random }: Scene) {
    const from = Date.now()
    const victims = random.next() < 0.5 ? processes : [random.pick(processes)]
    for (const victim of victims) at.stack.kill(victim, 'SIGKILL')
    return { from }
  },
})

export const kills: Fault[] = [
  kill('gateway', 'questions', ['gateway-1', 'gateway-2']),
  kill('worker', 'flight', ['worker-1', 'worker-2']),
  kill('redis', 'flight', ['redis']),
  kill('rabbitmq', 'flight', ['rabbitmq']),
  kill('mysql', 'flight', ['mysql']),
  kill('nginx', 'questions', ['nginx']),
  kill('sandbox', 'payments', ['sandbox']),
]

/** Everything dies in the same millisecond. */
export const killEverything: Fault = {
  name: 'kill -9 everything',
  work: 'flight',
  async strike({ at, random }) {
    const from = Date.now()
    const all = at.stack.processes().filter(({ role }) => role !== 'epmd')
    for (const { name } of random.shuffle(all)) at.stack.kill(name, 'SIGKILL')
    return { from }
  },
}
