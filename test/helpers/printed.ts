import { vi } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'

/** Runs a command in this process: quicker than one of its own, where many are run. */
export async function printed(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const streams = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += text
      return true
    }),
  )
  try {
    const code = await runCommandLine(['node', 'quakewire', ...args])
    return { code, ...streams }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
