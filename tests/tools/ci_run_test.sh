#!/usr/bin/env bash
# tools/ci/run in a repository whose topic branch accepts more than its target branch does.
# Usage: ci_run_test.sh PROGRAM SOURCE_FOLDER
set -euo pipefail
program=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
unset GITHUB_ACTIONS

fail() { echo "ci_run_test.sh: $*" >&2; exit 1; }
run() {  # run EXPECTED_STATUS VARIABLE=VALUE...
  local expected=$1 status=0
  shift
  env UNREPRO_PROGRAM="$program" UNREPRO_LEFT=left.deb UNREPRO_RIGHT=right.deb "$@" "$source/tools/ci/run" \
    > out.txt 2> err.txt || status=$?
  [ "$status" -eq "$expected" ] || fail "$*: status $status, expected $expected: $(cat err.txt)"
}

git init --quiet --initial-branch=main upstream
cp "$source"/tests/data/demo/{left,right}.deb upstream/
git -C upstream add . && git -C upstream commit --quiet -m base
git clone --quiet upstream clone
cd clone

run 1
for file in report.json report.txt report.md report.sarif report.xml code-quality.json report.html; do
  [ -s "unrepro-reports/$file" ] || fail "$file was not written"
done
run 0 UNREPRO_ACCEPT=explained
run 2 UNREPRO_ACCEPT=anything

# The topic's own baseline does not count.
"$program" left.deb right.deb --baseline .unrepro.toml --update-baseline > /dev/null || true
"$program" left.deb right.deb --baseline .unrepro.toml > /dev/null || fail "the updated baseline does not accept"
git add . && git commit --quiet -m topic
run 1 UNREPRO_TARGET=main
run 1
# That of the target branch does.
cp .unrepro.toml ../upstream/ && git -C ../upstream add . && git -C ../upstream commit --quiet -m baseline
rm .unrepro.toml
run 0 UNREPRO_TARGET=main
# A branch that does not exist is an error, not an empty baseline that passes for one.
status=0
env UNREPRO_PROGRAM="$program" UNREPRO_LEFT=left.deb UNREPRO_RIGHT=left.deb UNREPRO_TARGET=none \
  "$source/tools/ci/run" > /dev/null 2>&1 || status=$?
[ "$status" -ne 0 ] || fail "a missing target branch passed"
# On GitHub the annotations are all that standard output holds, and the summary is Markdown.
run 1 GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$work/summary.md"
grep -q '^::error file=left.deb,title=unrepro::EXPLAINED, not accepted' out.txt || fail "no annotation"
! grep -v '^::' out.txt || fail "something else than annotations"
grep -q '^## unrepro: EXPLAINED' "$work/summary.md" || fail "no summary"
