/** Makes a value when it is first asked for, once: what a command does not need costs it nothing at its start. */
export function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
