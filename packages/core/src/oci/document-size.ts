/**
 * The largest manifest, index or config that is taken into memory.
 *
 * Neither docker nor containerd has a bound for what they hold or load; registries refuse manifests
 * above 4 MiB, but nothing of that kind holds for configs: a label stands in one twice. So this is
 * what no image comes near.
 */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
