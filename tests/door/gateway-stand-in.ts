import { createServer, type IncomingHttpHeaders } from 'node:http'

export interface Arrived {
  method: string
  path: string
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: string
}

/** A plain HTTP server where a gateway would be: it records what the door lets through. */
export interface GatewayStandIn {
  port: number
  arrived: Arrived[]
  /** What the next requests are answered. */
  answer: { status: number; body: unknown; type?: string; headers?: Record<string, string> }
  /** While true its answers wait for `release`. */
  holds: boolean
  /** The connections on which requests came. */
  connections: Set<unknown>
  /** While true it takes requests and never answers. */
  hangs: boolean
  /** While true it does not answer the door's own question either. */
  silent: boolean
  release(): void
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startGateway(port: number): Promise<GatewayStandIn> {
  const held: (() => void)[] = []
  const server = createServer((request, response) => {
    // What the door asks in the background is no request that it lets through.
    if (request.url === '/internal/alive') {
      if (!gateway.silent) response.writeHead(204).end()
      return
    }
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const { method, url, headers, rawHeaders } = request
      gateway.connections.add(request.socket)
      gateway.arrived.push({ method: method!, path: url!, headers, rawHeaders, body })
      if (gateway.hangs) return
      const { status, body: answer, type = 'application/json', headers: more } = gateway.answer
      const send = () =>
        response.writeHead(status, { 'content-type': type, ...more }).end(JSON.stringify(answer))
      if (gateway.holds) held.push(send)
      else send()
    })
  })
  const gateway: GatewayStandIn = {
    port,
    arrived: [],
    answer: { status: 202, body: { ticket: 't' } },
    holds: false,
    connections: new Set(),
    hangs: false,
    silent: false,
    release: () => {
      gateway.holds = false
      for (const send of held.splice(0)) send()
    },
    start: async () => {
      if (!server.listening) await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    },
    stop: async () => {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  await gateway.start()
  return gateway
}
