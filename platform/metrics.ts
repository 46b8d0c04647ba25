import { collectDefaultMetrics, Registry } from 'prom-client'

/** The metrics of one process, with its name as a label. */
export function createMetrics(name: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ process: name })
  collectDefaultMetrics({ register: registry })
  return registry
}
