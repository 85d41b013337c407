/** The beginning of a Dockerfile whose steps can run busybox, which has to be in the context. */
export const withShell = [
  'FROM scratch',
  'COPY busybox /bin/busybox',
  'ENV PATH=/bin',
  'SHELL ["/bin/busybox", "sh", "-c"]',
].join('\n');
