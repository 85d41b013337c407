/** What the figures depend on. */
export interface Machine {
  cores: number;
  kernel: string;
  node: string;
  /** Of the daemons and of the docker CLI. */
  docker: string;
  buildx: string;
  /** `NODE_EXTRA_CA_CERTS` is set, which costs every start of Node some 30 ms. */
  extraCaCerts: boolean;
  /** Docker's programs cannot run on this system directly: each of their times has some 20 ms of entering another root in it. */
  enteredRoot: boolean;
}
