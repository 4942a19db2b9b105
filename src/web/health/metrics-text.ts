/** One line of /metrics. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: string
  /** Of a histogram without its buckets: they are `quantiles`. */
  readonly samples: readonly Sample[]
  readonly quantiles: readonly Quantiles[]
}

/** Of one histogram, as exact as its buckets are: the upper edge of the bucket in which a share lies. */
export interface Quantiles {
  readonly labels: Readonly<Record<string, string>>
  readonly count: number
  readonly mean: number
  readonly median: number
  readonly p95: number
}

/** Prometheus' text format (0.0.4), as far as a person wants to read it. */
export function parseMetrics(text: string): MetricFamily[] {
  const families = new Map<string, { help: string; type: string; lines: { name: string; sample: Sample }[] }>()
  const familyOf = (name: string) => {
    const known = families.get(name)
    if (known) return known
    const made = { help: '', type: 'untyped', lines: [] }
    families.set(name, made)
    return made
  }
  for (const line of text.split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line)
    if (comment) {
      familyOf(comment[2] as string)[comment[1] === 'HELP' ? 'help' : 'type'] = comment[3] as string
      continue
    }
    const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line)
    if (!match) continue
    const [, name = '', labels = '', value = ''] = match
    const base = name.replace(/_(bucket|sum|count)$/, '')
    const family = families.get(base)?.type === 'histogram' ? base : name
    familyOf(family).lines.push({ name, sample: { labels: parseLabels(labels), value: numberOf(value) } })
  }
  return [...families].map(([name, { help, type, lines }]) =>
    type === 'histogram'
      ? { name, help, type, samples: [], quantiles: histogramsOf(name, lines) }
      : { name, help, type, samples: lines.map(({ sample }) => sample), quantiles: [] },
  )
}

/** What is the monitor's own before what any program on Node has. */
export function ownFirst(families: readonly MetricFamily[]): MetricFamily[] {
  const isForeign = ({ name }: MetricFamily) => /^quakewire_(process|nodejs)_/.test(name)
  return [...families.filter((family) => !isForeign(family)), ...families.filter(isForeign)]
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)),
    ]),
  )
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

function histogramsOf(name: string, lines: readonly { name: string; sample: Sample }[]): Quantiles[] {
  const groups = new Map<string, { labels: Record<string, string>; buckets: [number, number][]; sum: number; count: number }>()
  for (const { name: line, sample } of lines) {
    const { le, ...labels } = sample.labels
    const key = JSON.stringify(labels)
    const group = groups.get(key) ?? { labels, buckets: [], sum: 0, count: 0 }
    groups.set(key, group)
    if (line === `${name}_bucket`) group.buckets.push([numberOf(le ?? ''), sample.value])
    else if (line === `${name}_sum`) group.sum = sample.value
    else group.count = sample.value
  }
  return [...groups.values()].map(({ labels, buckets, sum, count }) => {
    const at = (share: number) => buckets.find(([, below]) => below >= share * count)?.[0] ?? Number.POSITIVE_INFINITY
    return { labels, count, mean: count === 0 ? Number.NaN : sum / count, median: at(0.5), p95: at(0.95) }
  })
}
