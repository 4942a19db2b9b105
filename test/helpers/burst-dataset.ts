import { writeSeisbench } from './seisbench-files.ts'
import { gaussianNoise } from './signals.ts'

export interface BurstTrace {
  readonly name: string
  readonly category: 'earthquake' | 'noise'
  readonly split: string
}

/** Noise, and noise with a decaying burst 30 s in; twelve of each in train, four in dev and test; 60 s at 20 Hz. */
export async function writeBurstDataset(isWanted: (made: BurstTrace) => boolean = () => true): Promise<string> {
  const made = ['train', 'dev', 'test'].flatMap((split) =>
    (['earthquake', 'noise'] as const).flatMap((category) =>
      Array.from({ length: split === 'train' ? 12 : category === 'noise' ? 6 : 4 }, (_, i) => ({
        name: `${split}${category}${i}`,
        split,
        category,
      })),
    ),
  )
  const wanted = made.filter(isWanted)
  const rows = wanted.map(
    ({ name, category, split }) => `${name},${category},${split},20,2020-01-01T00:00:00Z,${category === 'noise' ? '' : 600},made`,
  )
  return writeSeisbench({
    metadata: `trace_name,trace_category,split,trace_sampling_rate_hz,trace_start_time,trace_p_arrival_sample,trace_dataset\n${rows.join('\n')}\n`,
    arrays: wanted.map(({ name, category }, index) => ({ name, shape: [3, 1200], values: waveform(category, index + 1) })),
  })
}

function waveform(category: BurstTrace['category'], seed: number): Float32Array {
  const noise = gaussianNoise(3 * 1200, seed)
  return Float32Array.from(noise, (value, i) => {
    const after = (i % 1200) - 600
    return category === 'earthquake' && after >= 0 ? value * (1 + 30 * Math.exp(-after / 100)) : value
  })
}
