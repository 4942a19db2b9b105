import { defineConfig } from 'vitest/config'

/** The built dashboard in a real browser, over real monitors; one file at a time, because each has a browser and a monitor. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: 'test/helpers/own-temporary-folder.ts',
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
  },
})
