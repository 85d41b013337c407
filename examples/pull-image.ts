/* Brings an image of a registry into a daemon: `tsx pull-image.ts unix:///var/run/docker.sock registry.example/app:1.0`. */
import { connectEngine, pullImage } from '@warmdock/core';

const [, , daemon, image = ''] = process.argv;

await using engine = connectEngine(daemon);
const { outcome, layersSent, layersTotal } = await pullImage(image, engine);
console.log(`${outcome}: ${layersSent} of ${layersTotal} layers loaded`);
