import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** They take half a minute and more. Begun last, one of them would be waited for when everything else is done. */
const SLOW = [
  'tests/orders/model.test.ts',
  'tests/orders/races.test.ts',
  'tests/settlement/kill.test.ts',
  'tests/sandbox.test.ts',
  'tests/line/centre.test.ts',
  'tests/line/absent.test.ts',
  'tests/line/door-alone.test.ts',
  'tests/line/start-refusals.test.ts',
]

/** Side by side, the slow files first. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = SLOW.findIndex((path) => moduleId.endsWith(path))
      return place < 0 ? SLOW.length : place
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
