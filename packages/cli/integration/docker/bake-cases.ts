import { type LineCase, ours, passedThrough } from './lines.js';

export const bakeFiles: Readonly<Record<string, string>> = {
  'docker-bake.hcl': `
variable "NAME" {}
variable "REGISTRY" {}
variable "WHO" { default = "file" }
group "default" { targets = ["a", "b"] }
group "all" { targets = ["default", "c"] }
target "a" {
  tags = ["\${NAME}-a"]
  args = { WHO = WHO }
}
target "b" {
  tags = ["\${NAME}-b"]
  contexts = { base = "target:a" }
  dockerfile-inline = "FROM base\\nLABEL b=b\\n"
}
target "c" {
  tags = ["\${NAME}-c:v1"]
  output = ["type=docker"]
}
target "pushed" { tags = ["\${REGISTRY}/\${NAME}"] }
target "files" { output = ["files"] }
target "many" { platforms = ["linux/amd64", "linux/arm64"] }
target "insecure" {
  tags = ["\${NAME}-i"]
  entitlements = ["network.host"]
}
target "outside" {
  tags = ["\${NAME}-o"]
  context = "../outside"
}
target "missing" { dockerfile = "Missing" }
group "failing" { targets = ["a", "fails"] }
target "fails" {
  context = "sh"
  tags = ["\${NAME}-f"]
}
`,
  'other.hcl': 'variable "NAME" {}\ntarget "default" {\n  tags = ["${NAME}-other"]\n}\n',
  'broken.hcl': 'target "default" {\n',
  Dockerfile: 'FROM scratch\nARG WHO\nLABEL who=$WHO\nCOPY file /file\n',
  file: 'file',
  '../outside/Dockerfile': 'FROM scratch\nCOPY file /file\n',
  '../outside/file': 'outside',
};

export const bakeCases: readonly LineCase[] = [
  ours('docker buildx bake --load', ['a', 'b']),
  ours('docker bake --load', ['a', 'b']),
  ours('docker builder bake --load', ['a', 'b']),
  ours('docker buildx bake --load a', ['a']),
  ours('docker buildx bake --load b', ['b']),
  ours('docker buildx bake --load all', ['a', 'b', 'c']),
  ours('docker buildx bake c', ['c']),
  ours('docker buildx bake --set a.args.WHO=set --set "*.labels.l=x" --load a', ['a']),
  ours('docker buildx bake --set a.output=type=docker a', ['a']),
  ours('docker buildx bake --load a', ['a'], { env: { WHO: 'environment' } }),
  ours('docker buildx bake -f other.hcl --load', ['other']),
  ours('docker buildx bake -fother.hcl --load default', ['other']),
  ours('docker buildx --builder shared bake --load a', ['a'], { env: { BUILDX_BUILDER: '' } }),
  ours('docker buildx bake --builder=shared --load a', ['a'], { env: { BUILDX_BUILDER: '' } }),
  ours('docker buildx bake --load --no-cache a', ['a'], { isNew: true }),
  ours('docker buildx bake --load --pull a', ['a']),
  ours('docker buildx bake --load --progress=plain a', ['a']),
  ours('docker buildx bake --load --progress=quiet', ['a', 'b'], { prints: true }),
  ours('docker buildx bake --load --provenance=false a', ['a']),
  ours('docker buildx bake --load --allow network.host insecure', ['i']),
  ours('docker buildx bake --load --allow=fs.read=../outside outside', ['o']),
  ours('docker buildx bake --load --allow "fs=*" outside', ['o']),

  passedThrough('docker buildx bake --load insecure', [], /allow network\.host/),
  passedThrough('docker buildx bake --load outside', [], /allow fs\.read=/),
  passedThrough('docker buildx bake a', [], /its result stays in the builder/),
  passedThrough('docker buildx bake --load files', [], /its output is/),
  passedThrough('docker buildx bake --load many', [], /linux\/amd64, linux\/arm64/),
  passedThrough('docker buildx bake --print', [], /--print/, { prints: true }),
  passedThrough('docker buildx bake --list=targets', [], /--list/, { prints: true }),
  passedThrough('docker buildx bake --push pushed', [], /pushed/),
  passedThrough('docker buildx bake --load --metadata-file m a', ['a'], /metadata/),
  passedThrough('docker buildx bake --check a', [], /--check/, { prints: true }),
  passedThrough('docker buildx bake --call=targets a', [], /--call/, { prints: true }),
  passedThrough('docker buildx bake --help', [], /help/, { prints: true }),
  passedThrough('docker buildx bake -f - --load', ['in'], /standard input/, {
    stdin: 'variable "NAME" {}\ntarget "default" {\n  tags = ["${NAME}-in"]\n}\n',
  }),
  passedThrough('docker bake --load a', ['a'], /the daemon/, { env: { BUILDX_BUILDER: '' } }),
  passedThrough('docker buildx bake --load a', ['a'], /daemon/, { env: { BUILDX_BUILDER: '' } }),
  passedThrough('docker buildx bake --load a', ['a'], /./, { env: { WARMDOCK: 'off' } }),

  passedThrough('docker buildx bake nobody', [], /nobody/),
  passedThrough('docker buildx bake -f broken.hcl', [], /broken.hcl/),
  passedThrough('docker buildx bake -f missing.hcl', [], /missing.hcl/),
  passedThrough('docker buildx bake --load missing', [], /no Dockerfile/),
  passedThrough('docker buildx bake --unknown', [], /unknown flag/, { prints: true }),
  passedThrough('docker buildx bake --builder nobody --load', [], /nobody/),
  passedThrough('docker buildx bake --load --progress=strange a', [], /strange/),
  ours('docker buildx bake --load fails', []),
  ours('docker buildx bake --load failing', [], { isNew: true }),
  ours('docker buildx bake --load --progress=quiet failing', [], { isNew: true, prints: true }),
  ours('docker buildx bake --load --progress=plain failing', [], { isNew: true }),
];
