import type { Logger } from './log.ts'

/** One step of what became of a request, told when it is over. Times are ms since 1970, with fractions. */
export interface Step {
  name: string
  from: number
  to: number
  /** The first step of a trace, which holds the others. */
  whole?: boolean
  fields?: Record<string, string | number>
}

/** Tells an OpenTelemetry collector what requests go through. What can not be sent is dropped; nothing waits for it. */
export interface Trace {
  /** Whether this request is traced: every process decides alike, by its ID. */
  takes(request: string | undefined): request is string
  step(request: string, step: Step): void
  close(): Promise<void>
}

/**
 * Opens the way to an OTLP/HTTP collector; undefined where none is named. The packages for it are loaded only then.
 * The trace's ID is the request's, and the ID of its whole is the first half of that, so that every process adds its steps
 * to the same trace without being told of it.
 * @param percent of all requests are traced
 */
export async function openTrace(
  url: string,
  options: { percent: number; service: string; name: string; log: Logger },
): Promise<Trace | undefined> {
  if (url === '') return undefined
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const { diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, TraceFlags, trace } = api
  const say = (said: string): void => {
    const reason = /"message":"([^"]*)"/.exec(said)?.[1] ?? said
    options.log.warn({ reason: reason.slice(0, 500) }, 'trace not sent')
  }
  const nothing = (): void => undefined
  diag.setLogger(
    { error: say, warn: nothing, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  )
  // Asked for within startSpan, which does not wait for anything: the next whole's own.
  let whole: { traceId: string; spanId: string } | undefined
  const random = new sdk.RandomIdGenerator()
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.service,
      'service.instance.id': options.name,
    }),
    sampler: new sdk.AlwaysOnSampler(),
    idGenerator: {
      generateTraceId: () => whole?.traceId ?? random.generateTraceId(),
      generateSpanId: () => whole?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [
      new sdk.BatchSpanProcessor(
        new OTLPTraceExporter({ url: new URL('/v1/traces', url).href, timeoutMillis: 3_000 }),
        { maxQueueSize: 8_192, maxExportBatchSize: 1_024, scheduledDelayMillis: 1_000 },
      ),
    ],
  })
  const tracer = provider.getTracer('sluice')
  const bound = (options.percent / 100) * 2 ** 32

  return {
    takes: (request): request is string =>
      request !== undefined && Number.parseInt(request.slice(0, 8), 16) < bound,
    step(request, { name, from, to, fields, ...step }) {
      const ids = { traceId: request, spanId: request.slice(0, 16) }
      const attributes = { request, ...fields }
      if (step.whole) {
        whole = ids
        const span = tracer.startSpan(
          name,
          { kind: SpanKind.SERVER, startTime: timeOf(from), attributes },
          ROOT_CONTEXT,
        )
        whole = undefined
        span.end(timeOf(to))
      } else {
        const within = { ...ids, traceFlags: TraceFlags.SAMPLED, isRemote: true }
        tracer
          .startSpan(
            name,
            { startTime: timeOf(from), attributes },
            trace.setSpanContext(ROOT_CONTEXT, within),
          )
          .end(timeOf(Math.max(from, to)))
      }
    },
    close: () => provider.shutdown().catch((error) => say(String(error))),
  }
}

/** Seconds and nanoseconds; a number alone would be read as time since this process began, where it is before that. */
const timeOf = (ms: number): [number, number] => [
  Math.floor(ms / 1_000),
  Math.floor((ms - 1_000 * Math.floor(ms / 1_000)) * 1_000_000),
]
