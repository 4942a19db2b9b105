import { Worker } from 'node:worker_threads'

/**
 * Starts a thread from a source file, or from what was built of it.
 *
 * @param script `new URL('name-worker.ts', import.meta.url)` of a file under src; its compiled twin is taken when we are compiled
 * @param workerData plain data
 */
export function startThread(script: URL, workerData: unknown): Worker {
  const isBuilt = import.meta.filename.endsWith('.js')
  if (isBuilt) return new Worker(new URL(script.href.replace(/\.ts$/, '.js')), { workerData })
  // Run from its sources, a thread of Node 20 has to be given a loader that translates them.
  const begin = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(script.href)}) })`
  return new Worker(begin, { eval: true, workerData })
}
