// What type tests compare with: a tensor of a batch of samples.

import type { Dtype, Shape, Tensor } from '../../ts/index.ts'

export type TensorOf<Sample extends Shape> = Tensor<Dtype, readonly [number, ...Sample]>
