// What a worker runs: the entry of the worker's bundle. Importing it anywhere else makes no sense.

import { parent } from '../platform/parent.ts'
import { serve } from './serve.ts'

serve(parent())
