/** Largest value of each channel over `size` rows that start `xStep` bytes apart; padding rows hold −Infinity. */
export function maxPool(x: usize, xStep: usize, size: i32, positions: i32, channels: i32, y: usize): void {
  const rowBytes: usize = <usize>channels << 2
  for (let p: i32 = 0; p < positions; p++) {
    for (let c: usize = 0; c < rowBytes; c += 4) {
      let largest = f32.load(x + c)
      for (let k: i32 = 1; k < size; k++) {
        const value = f32.load(x + <usize>k * rowBytes + c)
        if (value > largest) largest = value
      }
      f32.store(y + c, largest)
    }
    x += xStep
    y += rowBytes
  }
}

/** Adds dy to dx where the largest value was: the first one of equals. dx has the layout of x, padding rows included. */
export function maxPoolGradient(
  x: usize,
  dx: usize,
  xStep: usize,
  size: i32,
  positions: i32,
  channels: i32,
  dy: usize,
): void {
  const rowBytes: usize = <usize>channels << 2
  for (let p: i32 = 0; p < positions; p++) {
    for (let c: usize = 0; c < rowBytes; c += 4) {
      let winner = c
      let largest = f32.load(x + c)
      for (let k: i32 = 1; k < size; k++) {
        const offset = <usize>k * rowBytes + c
        const value = f32.load(x + offset)
        if (value > largest) {
          largest = value
          winner = offset
        }
      }
      f32.store(dx + winner, f32.load(dx + winner) + f32.load(dy + c))
    }
    x += xStep
    dx += xStep
    dy += rowBytes
  }
}
