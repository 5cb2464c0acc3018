/**
 * An object without a prototype is a dictionary to V8: each import that is used is looked up in it, twenty times slower
 * than in a bundle where it is a variable. What others inherit from is none, and V8 sees through its getters.
 */
export function quicken(exports: object): void {
  const heir: Readonly<Record<string, unknown>> = Object.setPrototypeOf({}, exports);
  // It is turned into one at the first look by way of an heir.
  for (let i = 0; i < 2; i++) look(heir);
}

function look(heir: Readonly<Record<string, unknown>>): unknown {
  return heir['zdr.none'];
}
