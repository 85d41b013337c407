/** What a store has done, by the names of its steps. */
const texts = new Map([
  ['clone:lease', 'took a lease on the generation'],
  ['clone:tree', 'made the data root'],
  ['clone:publish', 'made the session'],
  ['promote:verify', 'checked the data root'],
  ['promote:flush', 'brought the data root to the disk'],
  ['promote:journal', 'wrote down what will be promoted'],
  ['promote:take', 'took the data root out of its session'],
  ['promote:seal', 'sealed what clones will share'],
  ['promote:manifest', 'wrote the manifest'],
  ['promote:sync', 'brought it all to the disk'],
  ['promote:publish', 'made the generation'],
  ['promote:current', 'made it the golden'],
  ['promote:done', 'promoted'],
  ['release:discard', 'ended the session'],
  ['release:done', 'deleted its files'],
  ['remove:hide', 'took the generations out of sight'],
  ['remove:discard', 'removed the project'],
  ['remove:pool', 'removed what it had in the pool'],
  ['remove:done', 'deleted its files'],
  ['verify:generation', 'looked at a generation'],
  ['gc:discard', 'took a generation out of sight'],
  ['gc:generation', 'removed a generation'],
  ['gc:pool', 'removed a pooled layer'],
  ['gc:trash', 'deleted what was removed'],
  ['recover:pending-deletion', 'settled a pending deletion'],
  ['recover:removal', 'looked at an interrupted removal'],
  ['recover:promotion', 'looked at an interrupted promotion'],
  ['recover:partial', 'removed a generation that was not finished'],
  ['recover:session', 'removed a session that was not finished'],
  ['recover:trash', 'deleted what was removed'],
]);

/** A step of a store in words; its name where there are none. */
export function stepText(step: string): string {
  return texts.get(step) ?? step;
}
