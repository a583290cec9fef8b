#!/usr/bin/env bash
# Makes PyTorch for Python available to the peer programs and prints the path of the interpreter that has it. Safe to run again.
set -euo pipefail
modules="import torch, torchvision, PIL, numpy"

find_python() {
  for python in python3 /usr/bin/python3; do
    if command -v "$python" >/dev/null && "$python" -c "$modules" >/dev/null 2>&1; then
      command -v "$python"
      return 0
    fi
  done
  return 1
}

if ! find_python; then
  echo "installing python3-torch for the peer programs" >&2
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-torch python3-torchvision python3-pil >&2
  find_python
fi
