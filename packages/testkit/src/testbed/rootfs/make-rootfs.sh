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
# Proxies that people put before a BuildKit.
packages=$packages,haproxy,nghttp2-proxy,nginx
# Shells that complete command lines.
packages=$packages,fish,zsh
# Other programs that speak to registries. Before Debian 14 there is no crane or oras.
packages=$packages,skopeo,podman
[ "$suite" = trixie ] || packages=$packages,crane,oras

rm -rf -- "${target:?}".partial-*
partial=$target.partial-$$
trap 'rm -rf --one-file-system -- "${partial:?}"' EXIT
# The host's debootstrap may be older than the suite; all recent suites share sid's script.
debootstrap --variant=minbase --include="$packages" "$suite" "$partial" "$mirror" /usr/share/debootstrap/scripts/sid
rm -rf -- "${partial:?}"/var/cache/apt/archives/*.deb "${partial:?}"/var/lib/apt/lists/*

# Unpacks packages of another Debian release into a folder, without what they depend on.
# usage: unpack RELEASE FOLDER PACKAGE...
unpack() {
  release=$1 folder=$2
  shift 2
  scratch=$partial/tmp/unpack
  mkdir -p "$scratch/cache/archives/partial" "$scratch/lists/partial" "$scratch/packages" "$folder"
  keys=$partial/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keys] $mirror $release main" >"$scratch/sources.list"
  # As root, since apt's own user may not look into a home folder.
  cat >"$scratch/apt.conf" <<END
Acquire::Languages "none";
APT::Sandbox::User "root";
Dir::Cache "$scratch/cache";
Dir::Etc::SourceList "$scratch/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$scratch/lists";
Dir::State::Status "/dev/null";
END
  apt-get --config-file "$scratch/apt.conf" --error-on=any update
  (cd "$scratch/packages" && apt-get --config-file ../apt.conf download "$@")
  for package in "$scratch/packages"/*.deb; do dpkg-deb --extract "$package" "$folder"; done
  rm -rf -- "${scratch:?}"
}

# An older Docker beside the suite's own, in /opt/docker-VERSION: bin, and lib for what the suite lacks.
# usage: older VERSION RELEASE PACKAGE...
older() {
  docker=$partial/opt/docker-$1 from=$2
  shift 2
  unpack "$from" "$docker/unpacked" docker.io containerd runc "$@"
  mkdir "$docker/bin" "$docker/lib"
  (cd "$docker/unpacked/usr" && mv bin/containerd* sbin/dockerd sbin/runc ../../bin/)
  find "$docker/unpacked" -name '*.so.*' -exec mv -t "$docker/lib" {} +
  rm -rf -- "${docker:?}/unpacked"
}

# Debian 13's compose beside that of a later suite, as one that cannot print its builds.
old=$partial/opt/old-compose
mkdir "$old"
if [ "$suite" = trixie ]; then
  ln -s ../../usr/libexec/docker/cli-plugins/docker-compose "$old/docker-compose"
else
  unpack trixie "$partial/tmp/compose" docker-compose
  mv "$partial/tmp/compose/usr/libexec/docker/cli-plugins/docker-compose" "$old/"
  rm -rf -- "${partial:?}/tmp/compose"
fi

older 26 trixie
older 20 bookworm libdevmapper1.02.1
mv "$partial" "$target"
