#!/usr/bin/env bash
# Sets up and runs every test. Ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/.."
bash eng/setup.sh || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
mkdir -p artifacts
projects=(MLNetWsss.sln)
# Where the repository builds on its own subset of the libraries, that subset is tested as well; what has no stand-in, where ML.NET is real.
[ -f standins/enabled ] && projects+=(standins/tests/Standins.Tests.csproj)
grep -qsx Microsoft.ML standins/enabled || projects+=(tests/MLNetWsss.OnnxTests/MLNetWsss.OnnxTests.csproj)

log=artifacts/test.log status=0
: >"$log"
for project in "${projects[@]}"; do
  dotnet build "$project" -c Release -v q -nodeReuse:false || { echo "0 passed, 1 failed"; exit 1; }
  dotnet test "$project" -c Release --no-build -nodeReuse:false --logger "console;verbosity=minimal" "$@" 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done

# A summary a project: "Passed!  - Failed: 0, Passed: 12, Skipped: 0, …"
sum() { grep -oE "$1: +[0-9]+" "$log" | awk '{ n += $2 } END { print n + 0 }'; }
passed=$(sum Passed) failed=$(sum Failed)
# A run that ends badly without a failed test has crashed.
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
[ "$passed" -eq 0 ] && [ "$failed" -eq 0 ] && failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
