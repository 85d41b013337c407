const engine =
  /^docker(\/(buildkit|containers|network(\/files)?|plugins|swarm|volumes|image(\/[^/]+(\/layerdb)?)?|containerd(\/daemon)?))?$/;

const containerd =
  /^(docker\/containerd\/daemon|containerd)(\/io\.containerd\.[^/]+(\/snapshots)?)?$/;

/**
 * Folders of a tree in which daemons keep files of their own, databases above all: content that no
 * build, image or container gave them, and so nothing with extended attributes.
 */
export function isStateFolder(at: string): boolean {
  return engine.test(at) || containerd.test(at);
}
