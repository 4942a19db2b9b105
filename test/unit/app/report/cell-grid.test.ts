import { describe, expect, it } from 'vitest'
import { cellGrid } from '../../../../src/app/report/cell-grid.ts'
import { divergingLegend, divergingStyle, LEVELS, levelOf } from '../../../../src/app/report/diverging-scale.ts'

describe('the diverging scale', () => {
  it('goes from one end to the other in equal steps and stops there', () => {
    expect([-2, -1, -0.5, 0, 0.5, 1, 9].map((value) => levelOf(value, 1))).toEqual([-8, -8, -4, 0, 4, 8, 8])
    expect(levelOf(1, 0)).toBe(0)
    expect(levelOf(Number.NaN, 1)).toBe(0)
  })

  it('has a colour per step in light, dark and print', () => {
    for (const level of [-LEVELS, 0, LEVELS]) expect(divergingStyle().split(`.v${level}{fill:`)).toHaveLength(4)
    expect(divergingLegend('low', '0', 'high').match(/<rect /g)).toHaveLength(2 * LEVELS + 1)
  })
})

describe('cells', () => {
  it('of one colour beside each other are one, those of the middle none', () => {
    const values = [
      [1, 1, 0, -1],
      [0, Number.NaN, 0.5, 1],
    ]
    const svg = cellGrid({
      rows: 2,
      columns: 4,
      value: (row, column) => values[row]![column]!,
      peak: 1,
      left: 10,
      top: 20,
      width: 3,
      height: 2,
    })
    expect(svg).toContain('<rect class="v0" x="10" y="20" width="12" height="4"/>')
    expect(svg).toContain('<path class="v8" d="M10 20h6v2h-6zM19 22h3v2h-3z"/>')
    expect(svg).toContain('<path class="v-8" d="M19 20h3v2h-3z"/>')
    expect(svg).toContain('<path class="v4" d="M16 22h3v2h-3z"/>')
    expect(svg.match(/<path/g)).toHaveLength(3)
  })
})
