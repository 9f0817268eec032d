// Plain functions of tensors, computed and differentiated: what users see of this folder.

export { type ApplyGradients, applyGradients, type OptimizerState } from './apply-gradients.ts'
export {
  type Computed,
  customGradient,
  grad,
  jit,
  type OwnGradient,
  valueAndGrad,
} from './grad.ts'
