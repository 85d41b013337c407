const engine =
  /^docker(\/(buildkit|containers|network(\/files)?|plugins|swarm|volumes|image(\/[^/]+(\/layerdb)?)?|containerd(\/daemon)?))?$/;

const containerd =
  /^(docker\/containerd\/daemon|containerd)(\/io\.containerd\.[^/]+(\/snapshots)?)?$/;

/**
 * Folders of a tree in which daemons keep their own files, above all databases. No build, image or
 * container wrote to them, so nothing in them has extended attributes.
 */
export function isStateFolder(at: string): boolean {
  return engine.test(at) || containerd.test(at);
}
