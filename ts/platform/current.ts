// The platform of this build. This file stands for Node; the browser builds put theirs in its
// place.

export { environment, loadModule, nextTask, spawn } from './node.ts'
