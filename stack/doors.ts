import { join } from 'node:path'
import type { DoorUrls } from '../platform/local-stack/record.ts'
import { doorUrlsOf, type StackPorts } from './addresses.ts'
import { type DoorPlan, planNginx } from './nginx.ts'
import type { ServerPlan } from './server-plan.ts'

/** One nginx of the flash domain. */
export interface DoorAddress extends DoorUrls {
  /** Of its process: `nginx`, `nginx-2` and so on. */
  name: string
  /** Of the flash domain, plain. */
  port: number
}

const nameOf = (index: number): string => (index === 0 ? 'nginx' : `nginx-${index + 1}`)

/** Every nginx of the flash domain, the one that the stack's URLs name first. */
export const listDoors = (ports: StackPorts): Promise<DoorAddress[]> =>
  Promise.all(
    [ports, ...ports.moreDoors].map(async (own, index) => ({
      ...{ name: nameOf(index), port: own.flash },
      ...(await doorUrlsOf(own)),
    })),
  )

/** Plans of all doors: each has ports and a run folder of its own (the first one the stack's), and all have the same pages. */
export const planDoors = (
  dir: string,
  ports: StackPorts,
  certificate: { cert: string; key: string },
  common: Pick<DoorPlan, 'root' | 'gateways' | 'console' | 'workerProcesses' | 'env'>,
): Promise<ServerPlan[]> =>
  Promise.all(
    [ports, ...ports.moreDoors].map(({ flash, flashTls, ops }, index) =>
      planNginx(index === 0 ? dir : join(dir, nameOf(index)), {
        ...common,
        name: nameOf(index),
        www: join(dir, 'www'),
        ...{ flashPort: flash, shopPort: ports.shop, opsPort: ops },
        tls: { port: flashTls, ...certificate },
      }),
    ),
  )
