// Two spirals wound into each other: the data of this example. Replace it by your own.

import { type Tensor, tensor } from 'gradloom'

/** x: [samples, 2], places in about -1 to 1; y: [samples], the spiral, 0 or 1 */
export const spirals = (samples: number): { x: Tensor; y: Tensor } => {
  const x = new Float32Array(2 * samples)
  const y = new Int32Array(samples)
  for (let i = 0; i < samples; i++) {
    const arm = i % 2
    const along = i / samples
    const angle = 9 * along + Math.PI * arm
    const blur = 0.03 * Math.sin(i * i)
    x[2 * i] = (along + blur) * Math.cos(angle)
    x[2 * i + 1] = (along + blur) * Math.sin(angle)
    y[i] = arm
  }
  return { x: tensor(x, [samples, 2]), y: tensor(y) }
}
