/**
 * `npm start`, `npm test` and their relatives on a fresh clone: check Node, install from the lock file, build, then do the job.
 * Uses Node's own modules only, because nothing else is there yet. Each step is skipped when it has nothing to do.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildIfStale } from './build.mjs'
import { fail, root, run, say, step } from './steps.mjs'

const OLDEST_NODE = [20, 19]
/** From here on better-sqlite3 13 brings its binaries inside the package. */
const NODE_WITH_BUNDLED_SQLITE = [22, 14]

const [job = 'start', ...rest] = process.argv.slice(2)

checkNode()
if (job === 'start') {
  install('run')
  buildIfStale()
  launch(['dist/main.js', 'demo', ...rest])
} else if (job === 'quakewire') {
  install('run')
  buildIfStale()
  launch(['dist/main.js', ...rest])
} else if (job === 'test') {
  install('all')
  buildIfStale()
  launch(['scripts/check.mjs', ...rest])
} else if (job === 'test:reference') {
  install('all')
  buildIfStale()
  launch(['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.reference.config.ts', ...rest])
} else if (job === 'e2e') {
  install('all')
  buildIfStale()
  launch(['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.e2e.config.ts', ...rest])
} else {
  fail(`bootstrap: expected start, test, test:reference, e2e or quakewire, got ${job}`)
}

function checkNode() {
  if (isAtLeast(OLDEST_NODE)) return
  fail(
    `Quakewire needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.version}. Get it from your package manager or https://nodejs.org`,
  )
}

/** @param scope 'run': what the monitor and its build need; 'all': also what only checks and tests need (workspace `test`) */
function install(scope) {
  const missing = missingPackages(scope)
  if (missing.length > 0) {
    const what = scope === 'run' ? 'runtime and build packages' : 'all packages, test tools included'
    say(
      `Quakewire: installing ${what} from package-lock.json (missing: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''})`,
    )
    const flags = scope === 'run' ? ['--workspaces=false'] : []
    step('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...flags])
  }
  ensureSqlite()
}

function missingPackages(scope) {
  const own = readJson('package.json')
  const wanted = {
    ...own.dependencies,
    ...own.devDependencies,
    ...(scope === 'all' ? readJson('test/package.json').dependencies : {}),
  }
  return Object.entries(wanted)
    .filter(([name, version]) => installedVersion(name) !== version)
    .map(([name]) => name)
}

function installedVersion(name) {
  const file = join('node_modules', name, 'package.json')
  return existsSync(join(root, file)) ? readJson(file).version : undefined
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'))
}

/**
 * SQLite is the one native part. Node ≥ 22.14 finds binaries inside the package; older Node takes a prebuilt binary from the
 * network or, failing that, compiles for a minute.
 */
function ensureSqlite() {
  if (canLoadSqlite()) return
  if (isAtLeast(NODE_WITH_BUNDLED_SQLITE)) {
    const { ok } = run('npm', ['rebuild', 'better-sqlite3', '--loglevel=error'])
    if (ok && canLoadSqlite()) return
  } else {
    say(
      `Quakewire: fetching SQLite for Node ${process.version} (a prebuilt binary, or a compilation of about a minute when there is none)`,
    )
    const { ok, output } = run('npm', ['rebuild', 'better-sqlite3-node20', '--ignore-scripts=false', '--loglevel=error'], {
      quiet: true,
      env: ownHeaders(),
    })
    if (ok && canLoadSqlite()) return
    process.stderr.write(output.split('\n').slice(-12).join('\n'))
  }
  fail(`SQLite could not be installed for Node ${process.version} on ${process.platform}-${process.arch}. One of these helps:
  · use Node 22.14 or newer: its SQLite package carries the binary and needs no compiler
  · install a compiler and try again: Debian/Ubuntu \`apt-get install python3 make g++\`, Fedora \`dnf install python3 make gcc-c++\`,
    macOS \`xcode-select --install\`, Windows: "Desktop development with C++" of the Visual Studio Build Tools
  · with a compiler it also needs Node's headers: they come with Node from nodejs.org, on Debian with \`libnode-dev\``)
}

/** Node's own headers, when they came with it: else a compilation would fetch them from nodejs.org. */
function ownHeaders() {
  const prefix = join(dirname(process.execPath), '..')
  return existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {}
}

function canLoadSqlite() {
  const script = `const D = require(${JSON.stringify(isAtLeast(NODE_WITH_BUNDLED_SQLITE) ? 'better-sqlite3' : 'better-sqlite3-node20')}); new D(':memory:').close()`
  // In a process of its own: a binary of the wrong kind may crash instead of throwing.
  return run(process.execPath, ['-e', script], { quiet: true }).ok
}

function isAtLeast([major, minor]) {
  const [nodeMajor, nodeMinor] = process.versions.node.split('.').map(Number)
  return nodeMajor > major || (nodeMajor === major && nodeMinor >= minor)
}

/** Replaces this process as far as a child can: same terminal, same signals, same exit code. */
function launch(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
