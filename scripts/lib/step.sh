# step HEADLINE COMMAND...: runs it under a headline, prints how long it took, returns its exit code.
#
# The command runs in a process group of its own (`set -m`), so that Ctrl-C or SIGTERM to the script
# ends all of it, grandchildren too, and the script waits until the group is empty.

set -m
step_group=

step() {
  local headline=$1 began=$SECONDS code=0
  shift
  printf '\n==> %s\n' "$headline"
  "$@" </dev/null &
  step_group=$!
  wait "$step_group" || code=$?
  step_group=
  printf '    %s: %s after %d s\n' "$headline" "$([ "$code" = 0 ] && echo done || echo "FAILED ($code)")" $((SECONDS - began))
  return "$code"
}

interrupted() {
  trap '' INT TERM HUP
  set +e
  exec 2>/dev/null
  if [ -n "$step_group" ]; then
    kill -TERM -- "-$step_group"
    for _ in $(seq 200); do
      kill -0 -- "-$step_group" || break
      sleep 0.1
    done
    kill -KILL -- "-$step_group"
  fi
  exit "$1"
}
trap 'interrupted 130' INT
trap 'interrupted 143' TERM
trap 'interrupted 129' HUP
