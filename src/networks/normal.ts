/**
 * The quantile of the standard normal distribution for a probability, 0..1 exclusive (Acklam 2003, relative error below
 * 1.2e-9).
 */
export function probit (probability: number): number {
  const polynomial = (coefficients: readonly number[], x: number): number =>
    coefficients.reduce((sum, one) => sum * x + one, 0)
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716, 2.506628277459239
  ]
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783
  ]
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  if (probability < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(probability))
    return polynomial(c, q) / polynomial(d, q)
  }
  if (probability > 1 - 0.02425) return -probit(1 - probability)
  const q = probability - 0.5
  return polynomial(a, q * q) * q / polynomial(b, q * q)
}
