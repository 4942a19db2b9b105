import { openSeisbenchDataset } from '../../src/io/seisbench/dataset.ts'

/** Child process: reads a whole dataset and prints how many traces it had and by how many megabytes the process grew at most. */
const dataset = await openSeisbenchDataset(process.argv[2] as string, (problem) => console.error(problem.message))
const before = process.memoryUsage.rss()
let peak = before
let traces = 0
for (const { components } of dataset.traces(() => true)) {
  traces += components[0].length > 0 ? 1 : 0
  peak = Math.max(peak, process.memoryUsage.rss())
}
dataset.close()
process.stdout.write(JSON.stringify({ traces, grownMegabytes: (peak - before) / 1e6 }))
