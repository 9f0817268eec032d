// Metrics that are the means of losses, with the options of these: one line each.

import { asFloat } from '../composites/common.ts'
import { binaryCrossentropy as binary } from '../losses/binary-crossentropy.ts'
import { categoricalCrossentropy as categorical } from '../losses/categorical-crossentropy.ts'
import type { CategoricalOptions, CrossentropyOptions } from '../losses/crossentropy.ts'
import * as margins from '../losses/hinge.ts'
import { klDivergence as divergence } from '../losses/kl-divergence.ts'
import { meanAbsoluteError as absolute } from '../losses/mean-absolute-error.ts'
import * as regression from '../losses/regression.ts'
import {
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy as sparse,
} from '../losses/sparse-categorical-crossentropy.ts'
import * as ops from '../ops.ts'
import { lossMetric, type MetricOptions, valuesOf, weightedSums } from './mean-metric.ts'
import type { Metric } from './metric.ts'
import { weightsLike } from './sums.ts'

/** The options of a loss without its reduction, and the name. */
type Of<Options> = MetricOptions & Omit<Options, 'reduction'>

/** Mean of |yPred − yTrue|. */
export const meanAbsoluteError = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(absolute(), name)

/** Mean of 100·|yPred − yTrue| / max(|yTrue|, 1e-7). */
export const meanAbsolutePercentageError = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(regression.meanAbsolutePercentageError(), name)

/** Mean of (log(1 + yPred) − log(1 + yTrue))². */
export const meanSquaredLogarithmicError = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(regression.meanSquaredLogarithmicError(), name)

/** Mean of log cosh(yPred − yTrue). */
export const logCoshError = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(regression.logCosh(), name, 'logCoshError')

/** Mean of yPred − yTrue·log yPred. */
export const poisson = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(regression.poisson(), name)

/** Mean of Σ yTrue·log(yTrue / yPred). */
export const klDivergence = ({ name }: MetricOptions = {}): Metric => lossMetric(divergence(), name)

/** Mean of max(1 − yTrue·yPred, 0). */
export const hinge = ({ name }: MetricOptions = {}): Metric => lossMetric(margins.hinge(), name)

/** Mean of max(1 − yTrue·yPred, 0)². */
export const squaredHinge = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(margins.squaredHinge(), name)

/** Mean of max(1 + the best wrong score − the right one, 0). */
export const categoricalHinge = ({ name }: MetricOptions = {}): Metric =>
  lossMetric(margins.categoricalHinge(), name)

/** Mean of the binary cross-entropy. */
export const binaryCrossentropy = ({ name, ...options }: Of<CrossentropyOptions> = {}): Metric =>
  lossMetric(binary(options), name)

/** Mean of the cross-entropy of one-hot labels. */
export const categoricalCrossentropy = ({
  name,
  ...options
}: Of<CategoricalOptions> = {}): Metric => lossMetric(categorical(options), name)

/** Mean of the cross-entropy of class numbers; places of `ignoreClass` do not count. */
export const sparseCategoricalCrossentropy = ({
  name,
  ...options
}: Of<SparseCategoricalCrossentropyOptions> = {}): Metric => {
  const plain = sparse({ ...options, reduction: 'sum' })
  const metric = lossMetric(plain, name)
  const { ignoreClass = null } = options
  if (ignoreClass === null) return metric
  return {
    ...metric,
    sums: (yTrue, yPred, weights) => {
      const values = valuesOf(plain)(yTrue, yPred)
      const valid = ops.sub(1, ops.equal(ops.reshape(asFloat(yTrue), values.shape), ignoreClass))
      return weightedSums(values, ops.mul(weightsLike(weights, values), valid))
    },
  }
}
