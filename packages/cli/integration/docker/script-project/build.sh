#!/bin/bash
# Builds a project in the ways that projects build; knows nothing of warmdock.
# usage: NAME=IMAGE build.sh FOLDER-FOR-RESULTS
set -euo pipefail
out=$1

docker_build() {
  docker build --load "$@"
}

echo "# an ID in a variable"
id=$(docker build --load -q .)
docker image inspect --format '{{.Id}}' "$id"
docker tag "$id" "$NAME:captured"

echo "# an ID in a file"
docker_build --iidfile "$out/iid" --target tools .
docker tag "$(cat "$out/iid")" "$NAME:iidfile"

echo "# a Dockerfile on standard input"
docker build --load -t "$NAME:stdin" - <stdin.Dockerfile
docker build --load -t "$NAME:here" -f - . <<END
FROM scratch
COPY app /here
END

echo "# an archive on standard input"
tar --create --mtime=@0 stdin.Dockerfile app |
  docker build --load -t "$NAME:archive" -f stdin.Dockerfile -

echo "# failures that are expected"
if ! docker build --load -t "$NAME:failing" -f failing.Dockerfile .; then
  echo "caught"
fi
code=0
docker build --load -q -f failing.Dockerfile . || code=$?
echo "ended with $code"
docker build --load --target nowhere . || echo "ended with $?"
if id=$(docker build --load -q -f failing.Dockerfile . 2>"$out/errors"); then exit 99; fi
echo "no ID: '$id'"
grep -o 'exit code: 3' "$out/errors" | uniq
docker image inspect "$NAME:failing" 2>/dev/null || echo "no image"

echo "# other names of the command"
docker image build --load -t "$NAME:image" --build-arg WHO=me .
docker buildx build --load -t "$NAME:buildx" --target base .
WHO=environment docker buildx build --load -t "$NAME:more" -t "$NAME:again" --build-arg WHO .

echo "# pipes"
docker build --load --progress=plain -t "$NAME:tee" . 2>&1 | tee "$out/log" |
  grep -o 'COPY app /app' | sort -u
docker build --load -t "$NAME:missing" missing 2>&1 | tee "$out/log" >/dev/null ||
  echo "ended with ${PIPESTATUS[*]}"

echo "# a loop whose input is not the build's"
while read -r target; do
  docker build --load --target "$target" -t "$NAME:loop-$target" .
  echo "$target"
done <<END
base
tools
app
END

echo "# at once, in the background"
docker build --load -q --target base -t "$NAME:first" . >"$out/first" &
first=$!
docker build --load -q --target tools -t "$NAME:second" . >"$out/second" &
second=$!
wait "$first"
wait "$second"
cat "$out/first" "$out/second"

echo "# in a subshell, with a time limit, by xargs, without standard streams"
(cd / && timeout 60 docker build --load -q -t "$NAME:limited" "$OLDPWD")
echo . | xargs docker build --load -q -t "$NAME:xargs"
docker build --load -t "$NAME:closed" . <&- >/dev/null 2>&1

echo "# npm"
npm run --silent image
npm run --silent image:failing || echo "ended with $?"

echo "# make"
make --silent image
make --silent failing || echo "ended with $?"
make --silent --jobs=2 both | sort

echo "# commands that are no builds"
docker ps --filter "name=$NAME" --format 'table {{.Names}}'
docker compose version --short
docker compose config
docker compose config --images
docker image ls --filter "reference=$NAME" --format '{{.Tag}}' | sort
docker nonsense 2>&1 || echo "ended with $?"

echo "# the end, which nobody catches"
docker build --load -f failing.Dockerfile .
echo "never printed"
