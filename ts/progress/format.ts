// Numbers, rates and durations as the progress line shows them.

/** `0.1234`, `3.2000e-4`, `NaN` (as Keras shows logs). */
export const showValue = (value: number): string => {
  if (!Number.isFinite(value) || value === 0) return String(value)
  const plain = Math.abs(value) > 1e-3 && Math.abs(value) < 1e6
  return plain ? value.toFixed(4) : value.toExponential(4)
}

/** `870`, `98.2k`, `1.3M` */
export const showRate = (perSecond: number): string => {
  if (perSecond < 1000) return perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0)
  if (perSecond < 999_950) return `${(perSecond / 1000).toFixed(1)}k`
  return `${(perSecond / 1e6).toFixed(1)}M`
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `34ms`, `3.1s`, `42s`, `2:05`, `1:00:07` */
export const showDuration = (seconds: number): string => {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}ms`
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}
