import type { Architecture, Conv1dLayer } from './network.ts'

const CONVOLUTIONS = 7

/**
 * The detector of Majstorović, Giffard-Roisin & Poli (2021): 25 s at 20 Hz, seven strided convolutions, 35,585 parameters.
 */
export function majstorovicArchitecture(): Architecture {
  const convolutions = Array.from(
    { length: CONVOLUTIONS },
    (_, i): Conv1dLayer => ({
      kind: 'conv1d',
      name: `conv${i + 1}`,
      filters: 32,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: 'relu',
      useBias: true,
    }),
  )
  return {
    name: 'majstorovic',
    input: { rows: 501, channels: 3 },
    layers: [
      ...convolutions,
      { kind: 'flatten', name: 'flatten' },
      { kind: 'dense', name: 'dense1', units: 128, activation: 'relu', useBias: true },
      { kind: 'dense', name: 'dense2', units: 1, activation: 'sigmoid', useBias: true },
    ],
  }
}
