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

# Debian 13's compose beside that of a later suite, as one that cannot print its builds.
old=$partial/opt/old-compose
mkdir "$old"
if [ "$suite" = trixie ]; then
  ln -s ../../usr/libexec/docker/cli-plugins/docker-compose "$old/docker-compose"
else
  scratch=$partial/tmp/old-compose
  mkdir -p "$scratch/cache/archives/partial" "$scratch/lists/partial"
  keys=$partial/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keys] $mirror trixie main" >"$scratch/sources.list"
  # As root, since apt's own user may not look into a home folder.
  cat >"$scratch/apt.conf" <<EOF
Acquire::Languages "none";
APT::Sandbox::User "root";
Dir::Cache "$scratch/cache";
Dir::Etc::SourceList "$scratch/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$scratch/lists";
EOF
  apt-get --config-file "$scratch/apt.conf" --error-on=any update
  (cd "$scratch" && apt-get --config-file apt.conf download docker-compose)
  dpkg-deb --extract "$scratch"/docker-compose_*.deb "$scratch/package"
  mv "$scratch/package/usr/libexec/docker/cli-plugins/docker-compose" "$old/"
  rm -rf "$scratch"
fi
mv "$partial" "$target"
