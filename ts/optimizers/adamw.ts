// Adam with decoupled weight decay (Loshchilov & Hutter 2017), as in Keras 3.

import { Adam, type AdamOptions } from './adam.ts'

export interface AdamWOptions extends AdamOptions {
  /** Every weight loses this part, times the learning rate, before each update. Default 0.004. */
  weightDecay?: number | null
}

export class AdamW extends Adam {
  override readonly type = 'adamw'

  constructor(options: AdamWOptions = {}) {
    super({ ...options, weightDecay: options.weightDecay ?? 0.004 }, 'adamw')
  }
}

/** Adam with weight decay. */
export const adamw = (options: AdamWOptions = {}): AdamW => new AdamW(options)
