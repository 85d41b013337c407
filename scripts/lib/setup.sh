# Set-up that scripts/test and scripts/demo share; source it with bash from anywhere.
# Needs root, node with npm, and apt; brings everything else, into the user's cache folder
# or by apt. What is there already is left alone.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/warmdock
cd "$repository"
. scripts/lib/step.sh

export npm_config_update_notifier=false

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

set_up() {
  [ "$(id -u)" = 0 ] || die "$0 needs root: the engines run in namespaces of their own"
  command -v node >/dev/null && command -v npm >/dev/null || die "$0 needs node (20.19 or later) and npm"
  use_pnpm "$(node -p 'require("./package.json").packageManager.split("@")[1].split("+")[0]')"
  step 'Node modules' pnpm install --frozen-lockfile --config.confirmModulesPurge=false
  install_packages
  step 'Engines: root filesystem' pnpm --silent testbed rootfs
}

# Asks outside of the repository: inside, pnpm would fetch and report the version of package.json.
use_pnpm() {
  local version=$1 home=$cache/pnpm-$1
  [ "$(cd / && pnpm --version 2>/dev/null)" != "$version" ] || return 0
  [ -x "$home/node_modules/.bin/pnpm" ] || step "Package manager: pnpm $version" install_pnpm "$version" "$home"
  export PATH=$home/node_modules/.bin:$PATH
}

install_pnpm() {
  local partial=$2.partial-$$
  mkdir -p "$partial" &&
    npm install --prefix "$partial" --no-audit --no-fund --loglevel=error "pnpm@$1" &&
    rm -rf "$2" &&
    mv "$partial" "$2"
}

install_packages() {
  local missing=() program package
  while read -r program package; do
    command -v "$program" >/dev/null || missing+=("${package:-$program}")
  done <<'PROGRAMS'
debootstrap
git
make
openssl
tmux
mkfs.btrfs btrfs-progs
mkfs.xfs xfsprogs
zfs-fuse
setfattr attr
setcap libcap2-bin
PROGRAMS
  [ ${#missing[@]} = 0 ] || step "Debian packages: ${missing[*]}" apt_install "${missing[@]}"
}

apt_install() {
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@" ||
    return
  # Tests start one of their own, with extended attributes; a machine has room for one.
  case " $* " in *' zfs-fuse '*) service zfs-fuse stop >/dev/null 2>&1 || true ;; esac
}
