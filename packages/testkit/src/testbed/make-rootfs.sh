#!/bin/sh
# Makes the root filesystem that the testbed's engines run in, atomically, unless it is there.
# usage: make-rootfs.sh TARGET SUITE MIRROR
#
# Run it in a private mount namespace (an interrupted debootstrap leaves mounts behind) and under
# an exclusive lock for TARGET.
set -eu
target=$1 suite=$2 mirror=$3
[ ! -d "$target" ] || exit 0

packages=ca-certificates,docker.io,docker-cli,docker-buildx,docker-compose,docker-registry,iptables,busybox-static
# What BuildKit calls for contexts in git repositories and in xz archives.
packages=$packages,git,xz-utils
[ "$suite" = trixie ] || packages=$packages,crane

rm -rf "$target".partial-*
partial=$target.partial-$$
trap 'rm -rf --one-file-system "$partial"' EXIT
# The host's debootstrap may be older than the suite; all recent suites share sid's script.
debootstrap --variant=minbase --include="$packages" "$suite" "$partial" "$mirror" /usr/share/debootstrap/scripts/sid
rm -rf "$partial"/var/cache/apt/archives/*.deb "$partial"/var/lib/apt/lists/*
mv "$partial" "$target"
