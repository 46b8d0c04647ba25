import { useEffect, useState } from 'preact/hooks'
import type { Sample } from '../../../contract/console/sample.ts'
import { call } from '../call.ts'

/** The samples that MySQL has kept of a stretch of time (ms since 1970), thinned to what a chart can show. */
export function usePast(
  sale: number,
  from: number | undefined,
  to: number,
): { samples: readonly Sample[]; error: unknown } {
  const [past, setPast] = useState<{ samples: readonly Sample[]; error: unknown }>({
    samples: [],
    error: undefined,
  })
  useEffect(() => {
    if (from === undefined) {
      setPast({ samples: [], error: undefined })
      return undefined
    }
    let current = true
    call<{ samples: Sample[] }>(
      'GET',
      `/api/sales/${sale}/samples?from=${Math.floor(from)}&to=${Math.ceil(to)}`,
    )
      .then(({ samples }) => current && setPast({ samples, error: undefined }))
      .catch((error: unknown) => current && setPast({ samples: [], error }))
    return () => {
      current = false
    }
  }, [sale, from, to])
  return past
}
