/**
 * Compiles the AssemblyScript of src/nn/assembly to src/nn/kernels.wasm, and that of src/signal/assembly, a few hundred bytes each, to
 * strings in src/signal/…-wasm.ts. The results are committed, so that nobody needs AssemblyScript to start Quakewire; run this
 * after every change there. Tests compare what is committed with a fresh compilation.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const source = (path) => join(import.meta.dirname, '../src', path)

/** @returns {Promise<Uint8Array>} the compiled module of src/nn/assembly */
export function compileKernels() {
  return compile(source('nn/assembly/index.ts'))
}

/**
 * @param {'weigh' | 'preprocess'} name of a module in src/signal/assembly
 * @returns {Promise<string>} the compiled module as a TypeScript file
 */
export async function compileSignal(name) {
  const hex = Buffer.from(await compile(source(`signal/assembly/${name}.ts`))).toString('hex')
  const constant = `${name.toUpperCase()}_WASM`
  return `/** Compiled from assembly/ by scripts/build-kernels.mjs; hexadecimal. */\nexport const ${constant} =\n  '${hex}'\n`
}

/** @param {string} entry */
async function compile(entry) {
  const { default: asc } = await import('assemblyscript/asc')
  /** @type {Uint8Array | undefined} */
  let bytes
  const options = ['--outFile', 'kernels.wasm', '--runtime', 'stub', '--noAssert', '-O3', '--converge', '--enable', 'simd']
  const { error, stderr } = await asc.main([entry, ...options], {
    writeFile(name, contents) {
      if (name === 'kernels.wasm' && typeof contents !== 'string') bytes = contents
    },
  })
  if (error || bytes === undefined) throw new Error(`AssemblyScript: ${stderr.toString()}`, { cause: error })
  return bytes
}

if (process.argv[1] === import.meta.filename) {
  const kernels = await compileKernels()
  writeFileSync(source('nn/kernels.wasm'), kernels)
  console.log(`src/nn/kernels.wasm: ${kernels.length} bytes`)
  for (const name of /** @type {const} */ (['weigh', 'preprocess'])) {
    const module = await compileSignal(name)
    writeFileSync(source(`signal/${name}-wasm.ts`), module)
    console.log(`src/signal/${name}-wasm.ts: ${module.length} characters`)
  }
}
