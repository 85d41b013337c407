# Set-up that scripts/test and scripts/demo share; source it with bash from anywhere.
# Needs root, node with npm, and apt; brings everything else, into the user's cache folder
# or by apt. What is there already is left alone.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
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

# For everybody's use, so that `pnpm check` works afterwards. Here, a pnpm of another version turns into
# that of package.json by itself.
use_pnpm() {
  local version=$1
  command -v pnpm >/dev/null ||
    step "Package manager: pnpm $version" npm install --global --no-audit --no-fund --loglevel=error "pnpm@$version"
  hash -r
  [ "$(pnpm --version)" = "$version" ] || die "$0 needs pnpm $version, and pnpm is $(pnpm --version): $(command -v pnpm)"
}

install_packages() {
  local missing=() program package
  while read -r program package; do
    command -v "$program" >/dev/null || missing+=("${package:-$program}")
  done <<'PROGRAMS'
debootstrap
git
ip iproute2
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
