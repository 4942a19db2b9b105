/** y = x · scale + shift per channel over rows that lie side by side. */
export function scaleShift(x: usize, rows: i32, channels: i32, scale: usize, shift: usize, y: usize): void {
  const rowBytes: usize = <usize>channels << 2
  for (let row: i32 = 0; row < rows; row++) {
    for (let c: usize = 0; c < rowBytes; c += 4) {
      f32.store(y + c, f32.load(x + c) * f32.load(scale + c) + f32.load(shift + c))
    }
    x += rowBytes
    y += rowBytes
  }
}
