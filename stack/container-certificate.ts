import { copyFileSync, statSync } from 'node:fs'
import { ownCertificate, provideCertificate } from './certificate.ts'

// Before the door of docker-compose.yml starts: its certificate, in a volume that both share. Ops' own where they have
// one (/dev/null stands there otherwise), else one for development.
const folder = process.env.TLS_FOLDER ?? '/var/sluice/tls'
const given = { SLUICE_TLS_CERT: '/own/cert.pem', SLUICE_TLS_KEY: '/own/key.pem' }
const isEmpty = (path: string) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0
const own = Object.values(given).every(isEmpty) ? undefined : ownCertificate(given)
if (own === undefined) await provideCertificate(folder)
else {
  copyFileSync(own.cert, `${folder}/cert.pem`)
  copyFileSync(own.key, `${folder}/key.pem`)
}
process.stdout.write(
  `${own === undefined ? 'a certificate for development' : 'your own certificate'} is in place\n`,
)
