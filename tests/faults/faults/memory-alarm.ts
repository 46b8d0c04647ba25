import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { planRabbitmq } from '../../../stack/rabbitmq.ts'
import type { Stack } from '../../../stack/stack.ts'
import type { Fault } from './fault.ts'

/** RabbitMQ says that its memory is full, which blocks whoever publishes. */
export const memoryAlarm: Fault = {
  name: 'rabbitmq memory alarm',
  work: 'flight',
  async strike({ at, random }) {
    await setWatermark(at.stack, '0.000001')
    await sleep(random.whole(1_500, 3_000))
    await setWatermark(at.stack, 'absolute', '1GB')
    return { from: Date.now() }
  },
}

async function setWatermark({ dir, ports, secrets }: Stack, ...value: string[]): Promise<void> {
  const { command, env } = planRabbitmq(dir, ports, secrets)
  const control = join(dirname(command), 'rabbitmqctl')
  await promisify(execFile)(control, ['-n', 'sluice@localhost', 'set_vm_memory_high_watermark', ...value], {
    env: { ...process.env, ...env },
  })
}
