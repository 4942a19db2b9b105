/** Builds `dist/`: TypeScript → JavaScript, kernels, dashboard. Skipped when no source has changed since. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bin, root, say, step } from './steps.mjs'

const MARKER = join(root, 'dist', '.sources')

export function buildIfStale() {
  if (isBuilt()) return
  say('Quakewire: building (once per change of the sources)')
  const fingerprint = sourceFingerprint()
  build()
  writeFileSync(MARKER, fingerprint)
}

/** Whether `dist/` is what the sources are now. */
export function isBuilt() {
  return existsSync(MARKER) && readFileSync(MARKER, 'utf8') === sourceFingerprint()
}

function build() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  step('TypeScript', bin('tsc'), ['-p', 'scripts/tsconfig.build.json', '--noCheck'])
  mkdirSync(join(root, 'dist', 'nn'), { recursive: true })
  copyFileSync(join(root, 'src/nn/kernels.wasm'), join(root, 'dist/nn/kernels.wasm'))
  step('dashboard', bin('vite'), ['build', '--config', 'src/web/vite.config.mjs', '--logLevel', 'warn'])
}

/** Hash of every source file's path and content. */
function sourceFingerprint() {
  const hash = createHash('sha256')
  for (const file of [
    ...filesBelow(join(root, 'src')),
    join(root, 'package-lock.json'),
    join(root, 'scripts/tsconfig.build.json'),
  ]) {
    hash.update(relative(root, file)).update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
}

if (process.argv[1] === import.meta.filename) buildIfStale()
