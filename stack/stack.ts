import type { ConsoleAddress, Role, StackProcess } from '../platform/local-stack/record.ts'
import type { StackPorts, StackUrls } from './addresses.ts'
import type { Certificate } from './certificate.ts'
import type { DoorAddress } from './doors.ts'
import type { Secrets } from './secrets.ts'

export interface StackOptions {
  /** The run folder: data, logs, credentials. A second start of the same folder resumes its data. */
  dir: string
  /** How many of each; 2. */
  gateways?: number
  workers?: number
  /** How many nginx instances of the flash domain; 1. The first is `nginx`, the others `nginx-2` and so on. */
  doors?: number
  /** Taken where they are free, else others. */
  ports?: Partial<StackPorts>
  /** Further SLUICE_* environment of a role. */
  env?: Partial<Record<'gateway' | 'worker' | 'sandbox' | 'console' | 'nginx', Record<string, string>>>
  door?: { workerProcesses?: number | 'auto' }
  /** The flash domain's own certificate; one for development is made where it is left out. */
  certificate?: Certificate | undefined
  /** Starts these only; RabbitMQ brings its epmd. Everything by default. */
  roles?: readonly Role[]
  /** Where lua/, nginx/, dist/ and web/ are; this checkout by default. */
  root?: string
  onProgress?: (line: string) => void
}

/** A running stack of real servers. */
export interface Stack {
  /** The run folder's real path. */
  dir: string
  urls: StackUrls
  /** Every nginx of the flash domain, the one of `urls` first. */
  doors: DoorAddress[]
  ports: StackPorts
  secrets: Secrets
  /** What the flash domain proves itself with over TLS. */
  tls: Certificate
  console: ConsoleAddress | undefined
  /** The SLUICE_* environment with which our own programs reach this stack. */
  env: Record<string, string>
  /** Those that run right now, epmd among them. */
  processes: () => StackProcess[]
  /** Sends a signal to one process; when it dies of it, it is started again. */
  kill: (name: string, signal: NodeJS.Signals) => void
  /** Ends a process and keeps it down, until `startProcess`. */
  stopProcess: (name: string) => Promise<void>
  startProcess: (name: string) => Promise<void>
  /** Resolves when the process works (again); rejects when it does not within its time. */
  waitReady: (name: string, withinMs?: number) => Promise<void>
  /** Ends everything, in order. */
  stop: () => Promise<void>
  /** Kills everything at once, without waiting. */
  killNow: () => void
}

/** What a whole stack consists of. */
export const ROLES: readonly Role[] = [
  ...(['mysql', 'redis', 'rabbitmq', 'nginx', 'shop', 'gateway', 'worker', 'sandbox', 'console'] as const),
]
