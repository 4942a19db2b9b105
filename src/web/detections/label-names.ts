import { LABEL_VALUES, type LabelValue } from '../../domain/label.ts'

/** Keys 1–4 in the order of the buttons. */
export const LABEL_KEYS: readonly { readonly key: string; readonly value: LabelValue }[] = LABEL_VALUES.map((value, i) => ({
  key: String(i + 1),
  value,
}))
