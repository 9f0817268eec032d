// The options that a layer takes for each of its weights: initializer, regularizer, constraint. It
// makes no variable; `Layer.addWeight` does.

import { named } from '../checks.ts'
import { type ConstraintSpec, constraintConfig, constraintOf } from '../constraints/registry.ts'
import { type InitializerSpec, initializeOf, initializerConfig } from '../initializers/registry.ts'
import { type RegularizerSpec, regularizerConfig, regularizerOf } from '../regularizers/registry.ts'
import type { Config } from './layer.ts'

/**
 * `kernelInitializer`, `kernelRegularizer`, `kernelConstraint` for the role `kernel`, and so on.
 */
export type WeightSpecOptions<Role extends string> = {
  /** First values. */
  [K in `${Role}Initializer`]?: InitializerSpec | null
} & {
  /** Adds to the loss, by the size of the weight. Default none. */
  [K in `${Role}Regularizer`]?: RegularizerSpec
} & {
  /** Changes the weight after each update. Default none. */
  [K in `${Role}Constraint`]?: ConstraintSpec
}

export interface WeightSpec {
  readonly initializer: InitializerSpec
  readonly regularizer: RegularizerSpec
  readonly constraint: ConstraintSpec
}

type Given = { readonly [key: string]: unknown }

/** The specs of a layer's weights, checked. */
export class WeightSpecs<Role extends string> {
  readonly #specs: ReadonlyMap<Role, WeightSpec>

  /** `defaults`: the initializer of each role, where none is given. */
  constructor(
    subject: string,
    options: WeightSpecOptions<Role>,
    defaults: Readonly<Record<Role, InitializerSpec>>,
  ) {
    const given = options as Given
    const roles = Object.entries(defaults) as [Role, InitializerSpec][]
    this.#specs = new Map(
      roles.map(([role, usual]) => {
        const initializer = (given[`${role}Initializer`] ?? usual) as InitializerSpec
        const regularizer = (given[`${role}Regularizer`] ?? null) as RegularizerSpec
        const constraint = (given[`${role}Constraint`] ?? null) as ConstraintSpec
        named(subject, `${role}Initializer`, () => initializeOf(initializer))
        named(subject, `${role}Regularizer`, () => regularizerOf(regularizer))
        named(subject, `${role}Constraint`, () => constraintOf(constraint))
        return [role, { initializer, regularizer, constraint }] as const
      }),
    )
  }

  /** What `addWeight` takes beside name and shape. */
  of(role: Role): WeightSpec {
    return this.#specs.get(role) as WeightSpec
  }

  /** The options again, as JSON; regularizers and constraints only where there are some. */
  config(): Config {
    const parts = [...this.#specs].map(([role, { initializer, regularizer, constraint }]) => ({
      [`${role}Initializer`]: initializerConfig(initializer),
      ...(regularizer === null ? {} : { [`${role}Regularizer`]: regularizerConfig(regularizer) }),
      ...(constraint === null ? {} : { [`${role}Constraint`]: constraintConfig(constraint) }),
    }))
    return Object.assign({}, ...parts) as Config
  }
}
