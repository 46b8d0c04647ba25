import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, request } from 'undici'
import type { WarmedDoor, WarmedFile } from '../../contract/console/published.ts'
import { hashOf, type PageFile } from './page-files.ts'

const unzip = promisify(gunzip)
const PATIENCE_MS = 3_000
const MOST_BYTES = 8_000_000
/** How many doors are asked at once; each is asked one file after the other. */
const DOORS_AT_ONCE = 8

/**
 * Asks every door for every file, as a browser would, and checks status, encoding and content. What a door has answered
 * once lies in its memory and in that of the machine it runs on: the first buyers do not wait for a disk. Never throws:
 * a door that is down is named in its entry.
 */
export async function prewarm(doors: readonly string[], files: readonly PageFile[]): Promise<WarmedDoor[]> {
  const agent = new Agent({ connectTimeout: PATIENCE_MS, connections: 2 })
  const results: WarmedDoor[] = new Array(doors.length)
  let turn = 0
  const next = async (): Promise<void> => {
    for (let i = turn++; i < doors.length; i = turn++) results[i] = await warmDoor(agent, doors[i]!, files)
  }
  try {
    await Promise.all(Array.from({ length: Math.min(DOORS_AT_ONCE, doors.length) }, next))
    return results
  } finally {
    await agent.destroy()
  }
}

async function warmDoor(agent: Agent, door: string, files: readonly PageFile[]): Promise<WarmedDoor> {
  const warmed: WarmedFile[] = []
  for (const file of files) {
    // The 404 page has no address of its own.
    if (file.url === '') continue
    try {
      warmed.push(await warmFile(agent, door, file))
    } catch (error) {
      const problem = `${door} does not answer (${(error as Error).message || (error as Error).name})`
      return { door, ok: false, files: warmed, problem }
    }
  }
  return { door, ok: warmed.every(({ problem }) => problem === undefined), files: warmed }
}

async function warmFile(agent: Agent, door: string, file: PageFile): Promise<WarmedFile> {
  const began = performance.now()
  const answer = await request(`${door}${file.url}`, {
    dispatcher: agent,
    headers: { 'accept-encoding': 'gzip', 'user-agent': 'sluice-prewarm' },
    ...{ headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS },
    signal: AbortSignal.timeout(2 * PATIENCE_MS),
  })
  const body = await readBody(answer.body)
  const encoding = String(answer.headers['content-encoding'] ?? 'identity')
  const result: WarmedFile = {
    ...{ url: file.url, status: answer.statusCode, encoding, bytes: body.length },
    ms: Math.round((performance.now() - began) * 10) / 10,
  }
  const problem = await judge(file, result, body)
  return problem === undefined ? result : { ...result, problem }
}

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of body) {
    bytes += part.length
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

async function judge(
  file: PageFile,
  { status, encoding }: WarmedFile,
  body: Buffer,
): Promise<string | undefined> {
  if (status !== 200) return `answered ${status}`
  if (file.zipped && encoding !== 'gzip') return `came as ${encoding}, though it is there compressed`
  const content = encoding === 'gzip' ? await unzip(body).catch(() => undefined) : body
  if (content === undefined || hashOf(content) !== file.hash) return 'is not what was published'
  return undefined
}
