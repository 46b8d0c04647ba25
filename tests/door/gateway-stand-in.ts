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
  /** While true it takes requests and never answers. */
  hangs: boolean
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startGateway(port: number): Promise<GatewayStandIn> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const { method, url, headers, rawHeaders } = request
      gateway.arrived.push({ method: method!, path: url!, headers, rawHeaders, body })
      if (gateway.hangs) return
      const { status, body: answer, type = 'application/json', headers: more } = gateway.answer
      response.writeHead(status, { 'content-type': type, ...more }).end(JSON.stringify(answer))
    })
  })
  const gateway: GatewayStandIn = {
    port,
    arrived: [],
    answer: { status: 202, body: { ticket: 't' } },
    hangs: false,
    start: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
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
