/** As SCORE_BIN_EDGES of the contract, which would bring a library of 100 kB into the page: logits from −12 to 12. */
export const SCORE_BIN_EDGES: readonly number[] = Array.from({ length: 49 }, (_, i) => -12 + i / 2)
