import { expect } from 'vitest'
import { ROOT } from '../../platform/root.ts'
import { choosePort, returnPort } from '../../stack/ports.ts'
import { planPrometheus } from '../../stack/prometheus.ts'
import type { Stack } from '../../stack/stack.ts'
import { supervise } from '../../stack/supervise.ts'

interface Sample {
  metric: Record<string, string>
  value: [number, string]
}

export interface Watch {
  /** The answer of Prometheus to an expression; rejects with its words where it does not understand. */
  ask(expr: string): Promise<Sample[]>
  /** Names of the alerts that fire. */
  firing(): Promise<string[]>
  /** Names of all metrics that the targets tell. */
  names(): Promise<Set<string>>
  stop(): Promise<void>
}

/** A real Prometheus over a running stack, with the configuration of ops/prometheus, but once a second. */
export async function watchWithPrometheus(stack: Pick<Stack, 'dir'>): Promise<Watch> {
  const port = await choosePort()
  const server = supervise(stack.dir, planPrometheus(stack.dir, { root: ROOT, port, everyS: 1 }))
  await server.start()
  const api = async <T>(path: string, query: Record<string, string> = {}): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(query)}`)
    const body = (await answer.json()) as { status: string; error?: string; data: T }
    if (body.status !== 'success') throw new Error(`${query.query}: ${body.error}`)
    return body.data
  }
  const ask = async (query: string) => (await api<{ result: Sample[] }>('query', { query })).result
  return {
    ask,
    firing: async () =>
      (await ask('ALERTS{alertstate="firing"}')).map(({ metric }) => metric.alertname!).sort(),
    names: async () => new Set(Object.keys(await api<Record<string, unknown>>('metadata'))),
    stop: async () => {
      await server.stop()
      returnPort(port)
    },
  }
}

/** Waits until `of` gives what is wanted, looking four times a second; generous, since the machine may be busy. */
export const until = <T>(of: () => Promise<T>, wanted: T) =>
  expect.poll(of, { interval: 250, timeout: 60_000 }).toEqual(wanted)
