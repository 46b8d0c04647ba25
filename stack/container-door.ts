import { join } from 'node:path'
import { ROOT } from '../platform/root.ts'
import { renderDoor } from './render-door.ts'
import { renderShop } from './render-shop.ts'

// Renders the door and the shop's front of docker-compose.yml while their image is built: the names of the gateways are
// known by then.
// nginx's own files go to the log of the container.
const place = { root: ROOT, run: '/var/sluice', bind: '0.0.0.0', flashPort: 8080, shopPort: 8081 }
await renderDoor({
  ...place,
  opsPort: 8090,
  // The container `certificate` writes them.
  tls: { port: 8443, cert: '/var/sluice/tls/cert.pem', key: '/var/sluice/tls/key.pem' },
  gateways: ['gateway-1', 'gateway-2'].map((host) => ({ host, port: 3000 })),
  console: { host: 'console', port: 3000 },
  workerProcesses: 'auto',
  native: false,
})
await renderShop(place)
process.stdout.write(`rendered ${join('/var/sluice', 'nginx', 'nginx.conf')}\n`)
