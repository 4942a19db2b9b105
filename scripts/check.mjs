/** `npm run check`: format and lint → types (TypeScript, then the dashboard's components) → architecture → tests; stops at the first that fails. */
import { bin, say, step } from './steps.mjs'

const begin = Date.now()
step('format and lint', bin('biome'), ['check', '--error-on-warnings', '.'])
step('types', bin('tsc'), ['-p', '.'])
step('components', bin('svelte-check'), ['--workspace', 'src/web', '--tsconfig', 'tsconfig.json', '--fail-on-warnings'])
step('architecture', bin('depcruise'), ['--config', 'scripts/architecture.mjs', '--output-type', 'err-long', 'src'])
step('tests', bin('vitest'), ['run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)])
say(`All checks passed in ${((Date.now() - begin) / 1000).toFixed(0)} s`)
