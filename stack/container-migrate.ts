import { publishAssets } from '../ops/pages/publish-page.ts'
import { migrate } from '../platform/migrate.ts'

// Before gateways and workers of docker-compose.yml start: the newest tables, and the static pages for the door.
const { SLUICE_MYSQL_URL: mysqlUrl, SLUICE_WWW: www } = process.env
if (!mysqlUrl || !www) throw new Error('SLUICE_MYSQL_URL and SLUICE_WWW must be set')
const applied = await migrate(mysqlUrl)
await publishAssets(www)
process.stdout.write(`migrated: ${applied.join(', ') || 'nothing new'}\n`)
