#!/usr/bin/env bash
# Builds the native halves of the stand-ins into standins/native/bin:
#   torch_bridge.cpp -> libtorchsharp_standin.so   (needs libtorch-dev, libopenblas0-openmp)
#   image_codec.cpp  -> libmlimage_standin.so      (needs libturbojpeg0-dev, libpng-dev)
# Usage: build.sh [torch] [image]     without an argument: all whose source is there.
# A library newer than its source and than this script is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p bin

# build SOURCE LIBRARY COMPILER-ARGUMENTS...
build() {
  local source=$1 library=bin/$2; shift 2
  [[ -f $source ]] || return 0
  if [[ $library -nt $source && $library -nt build.sh ]]; then return 0; fi
  echo "building $library"
  # Compiled beside and moved into place, so that nobody ever loads a half-written library.
  g++ -O2 -std=c++17 -fPIC -shared -fvisibility=hidden -Wall "$source" -o "$library.$$" "$@"
  mv -f "$library.$$" "$library"
}

torch() {
  build torch_bridge.cpp libtorchsharp_standin.so \
    -isystem /usr/include/torch/csrc/api/include -Wl,--no-as-needed -ltorch -ltorch_cpu -lc10
}

image() {
  build image_codec.cpp libmlimage_standin.so -lturbojpeg -lpng
}

for part in "${@:-torch image}"; do
  for name in $part; do
    case $name in
      torch | image) "$name" ;;
      *) echo "build.sh: unknown part '$name' (torch, image)" >&2; exit 2 ;;
    esac
  done
done
