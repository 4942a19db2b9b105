/**
 * The import table of src/README.md as dependency-cruiser rules: one row per folder, which folders and which packages it may import.
 * `test/architecture` shows that every row bites.
 */

/** `packages`: npm packages and Node's own modules alike; `only` these, all but `not` these, or any when absent. */
const TABLE = {
  domain: { folders: [], packages: { only: [] } },
  miniseed: { folders: ['domain'], packages: { only: [] } },
  seedlink: { folders: ['domain'], packages: { only: [] } },
  signal: { folders: ['domain'], packages: { only: [] } },
  nn: { folders: ['domain'], packages: { only: [] } },
  detection: { folders: ['domain'], packages: { only: [] } },
  pipeline: { folders: ['domain', 'miniseed', 'seedlink', 'signal', 'nn', 'detection'], packages: { only: ['rxjs'] } },
  contract: { folders: ['domain'], packages: { only: ['zod'] } },
  io: { folders: ['domain', 'contract', 'miniseed', 'seedlink', 'nn'] },
  server: {
    folders: ['domain', 'contract'],
    packages: { not: ['net', 'tls', 'dgram', 'child_process', 'better-sqlite3', 'better-sqlite3-node20'] },
  },
  web: {
    folders: ['domain', 'contract'],
    packages: {
      only: ['svelte', 'zod', 'topojson-client', 'world-atlas', 'vite', '@sveltejs/vite-plugin-svelte', 'path', 'url'],
    },
  },
  app: {
    folders: ['domain', 'contract', 'miniseed', 'seedlink', 'signal', 'nn', 'detection', 'pipeline', 'io', 'server'],
  },
  cli: {
    folders: ['domain', 'contract', 'miniseed', 'seedlink', 'signal', 'nn', 'detection', 'pipeline', 'io', 'server', 'app'],
  },
}

const PACKAGE_TYPES = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown']

/** @param prefix where the source tree lies, with a trailing slash */
export function rulesFor(prefix) {
  return [
    ...Object.entries(TABLE).flatMap(([folder, row]) => [foldersRule(prefix, folder, row), ...packagesRule(prefix, folder, row)]),
    {
      name: 'no-circular',
      comment: 'two files that need each other are one idea or three: move what they share',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'main-imports-cli',
      comment: 'src/main.ts only turns argv into a command',
      severity: 'error',
      from: { path: `^${prefix}main\\.ts$` },
      to: { path: `^${prefix}`, pathNot: `^${prefix}(cli|domain)/` },
    },
  ]
}

function foldersRule(prefix, folder, { folders }) {
  return {
    name: `${folder}-folders`,
    comment: `${folder} may import ${folders.join(', ') || 'nothing'} (import table in src/README.md)`,
    severity: 'error',
    from: { path: `^${prefix}${folder}/` },
    to: { path: `^${prefix}`, pathNot: `^${prefix}(${[folder, ...folders].join('|')})/` },
  }
}

function packagesRule(prefix, folder, { packages }) {
  if (packages === undefined) return []
  const names = (packages.only ?? packages.not).join('|')
  const named = [`^node_modules/(${names})/`, `^(${names})$`]
  const to = packages.only === undefined ? { path: named } : packages.only.length === 0 ? {} : { pathNot: named }
  return [
    {
      name: `${folder}-packages`,
      comment: `${folder} may use ${packages.only ? `only: ${packages.only.join(', ') || 'no package, no built-in'}` : `anything but: ${packages.not.join(', ')}`} (import table in src/README.md)`,
      severity: 'error',
      from: { path: `^${prefix}${folder}/` },
      to: { dependencyTypes: PACKAGE_TYPES, ...to },
    },
  ]
}

export const options = {
  tsPreCompilationDeps: true,
  tsConfig: { fileName: 'tsconfig.json' },
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '^src/(nn|signal)/assembly/' },
}

export default { forbidden: rulesFor('src/'), options }
