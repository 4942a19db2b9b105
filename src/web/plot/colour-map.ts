/** Dark to light, blue to yellow: the order is seen in grey and by every kind of colour vision. After cividis (Nuñez et al. 2018). */
const ANCHORS: readonly (readonly [number, number, number])[] = [
  [0, 32, 77],
  [0, 51, 111],
  [57, 72, 107],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 121],
  [165, 156, 116],
  [195, 180, 104],
  [225, 204, 85],
  [255, 234, 70],
]

/**
 * @param share 0 to 1; beyond, the colour of the end
 * @returns red, green, blue, 0–255
 */
export function colourAt(share: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (ANCHORS.length - 1)
  const index = Math.min(ANCHORS.length - 2, Math.floor(place))
  const low = ANCHORS[index] as readonly number[]
  const high = ANCHORS[index + 1] as readonly number[]
  const mix = (channel: number) =>
    Math.round((low[channel] as number) + ((high[channel] as number) - (low[channel] as number)) * (place - index))
  return [mix(0), mix(1), mix(2)]
}
