#!/bin/sh
# Runs COMMAND with ROOTFS as its root, STATE as /srv, and further folders where they are asked for.
# usage: enter-rootfs.sh ROOTFS STATE [SOURCE TARGET rw|ro]... -- COMMAND [ARG...]
#
# Must be the first process of new mount and pid namespaces with private propagation. Pivoting,
# not chroot: runc remounts `/`, and containerd looks its mount points up in mountinfo.
# Own /run and /tmp: every engine uses its default sockets and pid files, none sees another's,
# and they vanish with the namespace. Nor does any see the machine's systemd there, which would take
# pids of this namespace for its own: by that folder dockerd chooses its cgroup driver.
set -eu
rootfs=$1 state=$2
shift 2

mount --bind "$rootfs" "$rootfs"
cd "$rootfs"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --bind "$state" srv
[ ! -e /etc/resolv.conf ] || mount --bind /etc/resolv.conf etc/resolv.conf
while [ "$1" != -- ]; do
  source=$1 target=$2 access=$3
  shift 3
  # What is mounted in another's root must not be made in it: a tmpfs hides the folder of the first name.
  top=${target#/}
  top=${top%%/*}
  mountpoint -q "$top" || mount -t tmpfs tmpfs "$top"
  mkdir -p ".$target"
  if [ "$source" = tmpfs ]; then mount -t tmpfs tmpfs ".$target"; else mount --bind "$source" ".$target"; fi
  [ "$access" = rw ] || mount -o remount,bind,ro ".$target"
done
shift
mount -o remount,bind,ro .
pivot_root . mnt
umount -l /mnt
exec "$@"
