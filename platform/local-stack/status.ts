import { isAlive } from './process-identity.ts'
import {
  type ConsoleAddress,
  type DoorUrls,
  type Role,
  RUN_FOLDER,
  readRecord,
  type StackRecord,
} from './record.ts'

/** The local stack as `status` shows it. The URLs hold credentials. */
export interface StackStatus {
  flash: string
  flashTls: string
  ops: string
  shop: string
  mysql: string
  redis: string
  amqp: string
  management: string
  /** Every nginx of the flash domain, where there is more than one; `flash`, `flashTls` and `ops` are the first one's. */
  doors?: ({ name: string } & DoorUrls)[]
  /** Where sales are run from, and the operator that the local stack makes. */
  console?: ConsoleAddress
  processes: { name: string; role: Exclude<Role, 'epmd'> | 'supervisor'; pid: number }[]
}

/** No stack runs; the message says how to start one. */
class NoStack extends Error {}

/** What runs from a run folder, also when its supervisor was killed. Throws NoStack when nothing does. */
export async function readStatus(dir = RUN_FOLDER): Promise<StackStatus> {
  const record = liveRecord(dir)
  const { flash, flashTls, ops, shop, mysql, redis, amqp, management } = record.urls
  const supervisor = { name: 'supervisor', role: 'supervisor', ...record.supervisor }
  const processes = [supervisor, ...record.processes]
    .filter((one) => one.role !== 'epmd' && isAlive(one))
    .map(({ name, role, pid }) => ({ name, role, pid }))
  const doors = record.doors === undefined ? {} : { doors: record.doors }
  const console = record.console === undefined ? {} : { console: record.console }
  const urls = { flash, flashTls, ops, shop, mysql, redis, amqp, management }
  return { ...urls, ...doors, ...console, processes } as StackStatus
}

/** The SLUICE_* environment of the running local stack. Throws NoStack. */
export async function readLocalEnv(dir = RUN_FOLDER): Promise<Record<string, string>> {
  return liveRecord(dir).env
}

function liveRecord(dir: string): StackRecord {
  const record = readRecord(dir)
  if (record === undefined || ![record.supervisor, ...record.processes].some(isAlive))
    throw new NoStack('no stack runs here: start one with "npm start"')
  if (record.phase === 'starting') throw new NoStack('the stack is still starting: try again in some seconds')
  return record
}
