/** What a promotion tells of, in its order. */
export const promoteSteps = [
  'promote:verify',
  'promote:flush',
  'promote:journal',
  'promote:take',
  'promote:seal',
  'promote:manifest',
  'promote:sync',
  'promote:publish',
  'promote:current',
  'promote:done',
];
