import { defineConfig } from 'vitest/config'

/** Tests against the reference data beside the project; they fail, never skip, when the data are incomplete. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: 'test/helpers/own-temporary-folder.ts',
    include: ['test/reference/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
