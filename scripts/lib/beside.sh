#!/usr/bin/env bash
# beside.sh COMMAND -- COMMAND...: runs both at the same time, and prints what the first says when it
# has ended and the second as it goes. Ends with 1 when one of them failed, and names it.
set -eu
first=()
while [ "$1" != -- ]; do
  first+=("$1")
  shift
done
shift
log=$(mktemp)
trap 'rm -f -- "${log:?}"' EXIT

"${first[@]}" >"$log" 2>&1 &
failed=()
"$@" || failed+=("$*")
wait $! || failed+=("${first[*]}")
cat "$log"
[ ${#failed[@]} = 0 ] && exit
printf 'failed: %s\n' "${failed[@]}"
exit 1
