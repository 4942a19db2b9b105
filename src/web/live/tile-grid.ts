/** Where the sparklines of a grid of equal tiles lie; CSS pixels. */
export interface TileGrid {
  readonly columns: number
  /** From tile to tile. */
  readonly stepX: number
  readonly stepY: number
  /** The sparkline within its tile. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** As it is laid out now; undefined without tiles. @param list tiles that hold an element `.spark` each */
export function measureTiles(list: HTMLElement): TileGrid | undefined {
  const tile = list.firstElementChild
  const spark = tile?.querySelector('.spark')
  if (!tile || !spark) return undefined
  const style = getComputedStyle(list)
  const columns = style.gridTemplateColumns.split(' ').length
  const outer = tile.getBoundingClientRect()
  const inner = spark.getBoundingClientRect()
  return {
    columns,
    stepX: (list.clientWidth + Number.parseFloat(style.columnGap)) / columns,
    stepY: outer.height + Number.parseFloat(style.rowGap),
    left: inner.left - outer.left,
    top: inner.top - outer.top,
    width: inner.width,
    height: inner.height,
  }
}
