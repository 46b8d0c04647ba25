import { defineConfig } from 'vitest/config'

// Groups, one after the other. The first runs side by side; the others drive whole stacks and measure times, so their files
// run one at a time.
export default defineConfig({
  test: {
    // Ending a whole stack on a busy machine; cut off, it would leave its folder behind.
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'rooms',
          include: [
            '{contract,platform,gateway,workers,ops,stack,sandbox,web}/**/*.test.ts',
            'tests/**/*.test.ts',
          ],
          exclude: [
            '**/node_modules/**',
            '**/dist/**',
            'tests/line/**',
            'tests/payments/**',
            'tests/attacks/**',
            'tests/browser/**',
            'tests/stack/**',
            'tests/faults/**',
          ],
          // They wait for servers and clocks more than they work.
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'line',
          include: ['tests/{line,payments,attacks}/**/*.test.ts'],
          globalSetup: ['tests/line/shared-stack.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          // Not side by side: two stacks that choose their ports in the same second may choose the same one.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'stack',
          include: ['tests/stack/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'benchmarks',
          include: ['benchmarks/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
