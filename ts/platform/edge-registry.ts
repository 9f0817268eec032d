// Stands for `FinalizationRegistry` in the edge build: workerd has it only since the compatibility
// date 2025-05-05. Without it, what is not disposed is freed with the instance.

class NoRegistry {
  register(): void {}
  unregister(): void {}
}

const Registry = globalThis.FinalizationRegistry ?? NoRegistry

export { Registry as FinalizationRegistry }
