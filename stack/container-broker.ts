import { writeFileSync } from 'node:fs'
import { rabbitmqDefinitions } from './rabbitmq-definitions.ts'

// Writes what RabbitMQ of docker-compose.yml loads at its start, into a volume that both share: passwords as hashes.
const folder = process.env.BROKER_FOLDER ?? '/var/sluice/rabbitmq'
const { AMQP_PASSWORD: amqp, AMQP_OPERATOR_PASSWORD: amqpOperator } = process.env
if (!amqp || !amqpOperator) throw new Error('AMQP_PASSWORD and AMQP_OPERATOR_PASSWORD must be set')
writeFileSync(
  `${folder}/definitions.json`,
  JSON.stringify(rabbitmqDefinitions({ amqp, amqpOperator }), null, 2),
)
writeFileSync(
  `${folder}/rabbitmq.conf`,
  `listeners.tcp.default = 5672
management.tcp.port = 15672
prometheus.tcp.port = 15692
cluster_name = sluice
load_definitions = ${folder}/definitions.json
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 1GB
raft.wal_max_size_bytes = 67108864
heartbeat = 10
log.console = true
`,
)
