import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { describe, expect, it } from 'vitest'
import { options, rulesFor } from '../../scripts/architecture.mjs'

async function violations(tree: string): Promise<{ rule: string; from: string; to: string }[]> {
  const { exclude: _exclude, ...rest } = options
  const ruleSet = { forbidden: rulesFor(`${tree}/`) } as never
  const { output } = await cruise([tree], { ...rest, ruleSet, validate: true } as never)
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }))
}

const FOLDERS = 'domain miniseed seedlink signal nn detection pipeline contract io server web app cli'.split(' ')
const FOLDERS_WITH_A_PACKAGE_RULE = FOLDERS.filter((folder) => !['io', 'app', 'cli'].includes(folder))

describe('the import table', async () => {
  const tree = 'test/architecture/violations/src'
  const found = await violations(tree)

  it.each(FOLDERS)('refuses an import from a folder that %s may not use', (folder) => {
    expect(found).toContainEqual(
      expect.objectContaining({ rule: `${folder}-folders`, from: `${tree}/${folder}/imports-forbidden-folder.ts` }),
    )
  })

  it.each(FOLDERS_WITH_A_PACKAGE_RULE)('refuses a package or built-in that %s may not use', (folder) => {
    expect(found).toContainEqual(
      expect.objectContaining({ rule: `${folder}-packages`, from: `${tree}/${folder}/imports-forbidden-package.ts` }),
    )
  })

  it('refuses circles and a main.ts that knows more than commands', () => {
    expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['no-circular', 'main-imports-cli']))
  })

  it('finds nothing else in the tree of violations', () => {
    const broken = found.filter(({ from }) => !/imports-forbidden|circle-|main\.ts/.test(from))
    expect(broken).toEqual([])
  })

  it('is kept by the project', async () => {
    expect(await violations('src')).toEqual([])
  })
})
