import { Agent, request } from 'undici'
import type { Check } from '../../contract/console/rehearsal.ts'
import type { Sale } from '../../contract/words.ts'

const PATIENCE_MS = 3_000
/** Clocks further apart than this open a sale at different times for different buyers. */
export const CLOCKS_MS = 500

/** Whether each door answers, knows the sale as MySQL has it, and has the time that we have. */
export async function checkDoors(doors: readonly string[], sale: Sale): Promise<Check[]> {
  if (doors.length === 0) {
    return [{ name: 'doors', verdict: 'no', says: 'SLUICE_DOORS names no door: nobody can be asked' }]
  }
  const agent = new Agent({ connectTimeout: PATIENCE_MS })
  try {
    return await Promise.all(doors.map((door) => checkDoor(agent, door, sale)))
  } finally {
    await agent.destroy()
  }
}

async function checkDoor(agent: Agent, door: string, sale: Sale): Promise<Check> {
  const name = `door ${door}`
  const no = (says: string): Check => ({ name, verdict: 'no', says })
  const get = async (path: string) => {
    const limits = { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS }
    const { statusCode, body } = await request(`${door}${path}`, { dispatcher: agent, ...limits })
    return { status: statusCode, json: (await body.json().catch(() => ({}))) as Record<string, unknown> }
  }
  try {
    const began = Date.now()
    const time = await get('/api/time')
    const apart = Math.abs(Number(time.json.now) - (began + Date.now()) / 2)
    if (time.status !== 200) return no(`answered ${time.status} when asked for the time`)
    if (!(apart < CLOCKS_MS)) return no(`its clock is ${Math.round(apart)} ms away from ours`)
    const known = await get(`/api/sales/${sale.id}`)
    if (known.status !== 200) return no(`does not know sale ${sale.id} (${known.status})`)
    const { title, opensAt, closesAt } = known.json
    if (title !== sale.title || opensAt !== sale.opensAt || closesAt !== sale.closesAt) {
      return no('tells another title or time than MySQL has')
    }
    return {
      name,
      verdict: 'ok',
      says: `knows the sale as ${known.json.state}; its clock is ${Math.round(apart)} ms away`,
    }
  } catch (error) {
    return no(`does not answer (${(error as Error).message || (error as Error).name})`)
  }
}
