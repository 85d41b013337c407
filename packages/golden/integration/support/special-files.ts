import { execFileSync } from 'node:child_process';

/** Puts into a folder what a careless copy loses. */
export function makeSpecialFiles(folder: string): void {
  const script = `set -e
    mkdir private traversable opaque
    echo text > plain
    touch -d '2020-01-02 03:04:05.123456789' plain
    echo x > setuid && chmod 4755 setuid
    echo x > owned && chown 1000:2000 owned
    echo x > capable && setcap cap_net_raw+ep capable
    truncate -s 8M sparse
    ln plain hard-link
    ln -s /nowhere/at/all dangling
    chown -h 1000:1000 dangling
    mkfifo pipe
    mknod whiteout c 0 0
    setfattr -n trusted.overlay.opaque -v y opaque
    setfattr -n user.note -v text plain
    chmod 0700 private && chmod 0710 traversable
    echo x > 'a name with
a line break'`;
  execFileSync('sh', ['-c', script], { cwd: folder });
}
