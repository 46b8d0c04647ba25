import { defineConfig } from 'vitest/config'
import { SlowFirst } from './tests/slow-first.ts'

const LINE = 'tests/{line,payments,attacks}/**/*.test.ts'
/** They go by times, or have processes frozen and killed: nothing may run beside them. */
const TIMED = ['tests/line/{auto-release,kill,overload,rate}.test.ts', 'tests/browser/operator.test.ts']

// Groups, one after the other; `npm test` runs them in three steps (stack/run-tests.mjs).
export default defineConfig({
  test: {
    // What these tests wait for is a condition. How long they may wait is for a machine that is slow and busy: here only.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    sequence: { sequencer: SlowFirst },
    expect: { poll: { timeout: 30_000 } },
    // Ending a whole stack on a busy machine; cut off, it would leave its folder behind.
    teardownTimeout: 60_000,
    globalSetup: ['tests/guard-run.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: [
            '{contract,platform,gateway,workers,ops,stack,sandbox,web}/**/*.test.ts',
            'tests/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', LINE, 'tests/{browser,stack,faults}/**'],
          // They wait for servers and clocks more than they work.
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'line',
          include: [LINE],
          exclude: TIMED,
          globalSetup: ['tests/line/shared-stacks.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          exclude: TIMED,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          include: TIMED,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'benchmarks',
          include: ['benchmarks/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: 'stack',
          include: ['tests/stack/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
})
