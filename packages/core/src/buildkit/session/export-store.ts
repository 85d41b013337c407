/** The content store that the exporters `oci` and `docker` with `tar=false` write to. */
export const exportStore = 'export';
