/** Four decimals: how clients see distances, confidences and qualities. */
export const round4 = (value: number): number => Math.round(value * 10_000) / 10_000
