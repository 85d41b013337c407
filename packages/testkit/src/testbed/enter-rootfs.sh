#!/bin/sh
# Runs COMMAND with ROOTFS as its root and STATE as /srv.
# usage: enter-rootfs.sh ROOTFS STATE COMMAND [ARG...]
#
# Must be the first process of new mount and pid namespaces with private propagation. Pivoting,
# not chroot: runc remounts `/`, and containerd looks its mount points up in mountinfo.
# Own /run and /tmp: every engine uses its default sockets and pid files, none sees another's,
# and they vanish with the namespace.
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
mount -o remount,bind,ro .
pivot_root . mnt
umount -l /mnt
exec "$@"
