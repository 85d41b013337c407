#!/bin/sh
# Runs containerd beside dockerd, and stops both in order on SIGTERM.
# usage: external-containerd.sh CONTAINERD_ROOT DOCKERD [ARG...]
set -u
root=$1
shift
printf 'version = 2\nroot = "%s"\nstate = "/run/containerd"\n' "$root" >/run/containerd.toml
containerd --config /run/containerd.toml &
containerd=$!
while [ ! -S /run/containerd/containerd.sock ]; do
  kill -0 $containerd || exit 1
  sleep 0.05
done
"$@" --containerd /run/containerd/containerd.sock &
dockerd=$!
trap 'kill $dockerd' TERM
# The first is left when the signal comes.
wait $dockerd
wait $dockerd
code=$?
kill $containerd
wait $containerd
exit $code
