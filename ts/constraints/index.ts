// Every constraint, for `constraints.…`: one export line each. The names are those of saved files.

export type { Constraint } from './constraint.ts'
