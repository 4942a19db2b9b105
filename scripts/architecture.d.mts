import type { IForbiddenRuleType } from 'dependency-cruiser'

export function rulesFor(prefix: string): IForbiddenRuleType[]
export const options: Record<string, unknown>
