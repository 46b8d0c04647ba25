import { join } from 'node:path'
import { ROOT } from '../platform/root.ts'
import { renderDoor } from './render-door.ts'

// Renders the door of docker-compose.yml while its image is built: the names of the gateways are known by then.
// nginx's own files go to the log of the container.
await renderDoor({
  root: ROOT,
  run: '/var/sluice',
  bind: '0.0.0.0',
  flashPort: 8080,
  shopPort: 8081,
  opsPort: 8090,
  gateways: ['gateway-1', 'gateway-2'].map((host) => ({ host, port: 3000 })),
  workerProcesses: 'auto',
  native: false,
})
process.stdout.write(`rendered ${join('/var/sluice', 'nginx', 'nginx.conf')}\n`)
