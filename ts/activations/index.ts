// Everything about activations, for `activations.…`: re-exports only.

export * from './activations.ts'
export {
  type ActivationName,
  type ActivationSpec,
  activationNames,
} from './registry.ts'
