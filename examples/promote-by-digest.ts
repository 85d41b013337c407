/*
 * Gives an image that was tested a new name, by its digest, so that nothing else can get it:
 * `tsx promote-by-digest.ts registry.example/app@sha256:... production`.
 */
import { parseReference } from '@warmdock/core/oci';
import { openRepository } from '@warmdock/core/registry';

const [, , image = '', tag = ''] = process.argv;

await using repository = await openRepository(image);
const tested = await repository.resolve(parseReference(image));
if (!tested) throw new Error(`there is no image ${image}`);
await repository.tag(tested, parseReference(`${repository.registry}/${repository.path}:${tag}`));
console.log(`${tag} is ${tested.digest}`);
