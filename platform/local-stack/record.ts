import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../root.ts'
import type { ProcessIdentity } from './process-identity.ts'

export type Role =
  | 'mysql'
  | 'redis'
  | 'rabbitmq'
  | 'epmd'
  | 'nginx'
  | 'shop'
  | 'gateway'
  | 'worker'
  | 'sandbox'
  | 'prometheus'
  | 'console'

/** Where one nginx of the flash domain is. */
export interface DoorUrls {
  flash: string
  /** The flash domain over TLS. */
  flashTls: string
  ops: string
}

/** With the password of the operator that the local stack makes. */
export interface ConsoleAddress {
  url: string
  name: string
  password: string
}

export interface StackProcess extends ProcessIdentity {
  name: string
  role: Role
}

/** What `stack.json` says of a stack that runs, or that did when its supervisor was killed. */
export interface StackRecord {
  supervisor: ProcessIdentity
  phase: 'starting' | 'ready' | 'stopping'
  urls: Record<string, string>
  /** Every nginx of the flash domain, where there is more than one. */
  doors?: ({ name: string } & DoorUrls)[]
  /** Where the ops console is, and who may sign in there. */
  console?: ConsoleAddress
  /** The SLUICE_* environment for the command line. */
  env: Record<string, string>
  processes: StackProcess[]
}

/** Where `npm start` keeps everything. */
export const RUN_FOLDER = join(ROOT, '.run')

/** Only `stack/run-folder.ts` writes it. */
export const recordFile = (dir: string): string => join(dir, 'stack.json')

/** The record of a run folder, whether its supervisor lives or not; undefined when nothing runs. */
export function readRecord(dir: string): StackRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(dir), 'utf8')) as StackRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${recordFile(dir)} can not be read: end its processes and delete it`, { cause: error })
  }
}
