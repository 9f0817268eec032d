// ONNX's operators as uses of the public ops: a table of tables. What stands in none of them is
// listed in failing.json with the reason.

import type { Operator } from './call.ts'
import { attentions } from './operators/attention.ts'
import { elementwise } from './operators/elementwise.ts'
import { transforms } from './operators/fourier.ts'
import { networks } from './operators/nn.ts'
import { quantizations } from './operators/quantized.ts'
import { recurrences } from './operators/recurrent.ts'
import { reductions } from './operators/reduce.ts'
import { shapes } from './operators/shape.ts'
import { windowed } from './operators/windows.ts'

export const operators: Readonly<Record<string, Operator>> = {
  ...attentions,
  ...elementwise,
  ...networks,
  ...quantizations,
  ...recurrences,
  ...reductions,
  ...shapes,
  ...transforms,
  ...windowed,
}
