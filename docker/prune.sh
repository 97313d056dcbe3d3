#!/bin/sh
# Removes from node_modules what a running server never loads: documentation, sources, tests, type declarations, and
# binaries and wasm builds of other platforms. Run in the image's build only.
set -eu
cd "$(dirname "$0")/.."
cd node_modules

# One of libheif's three builds is used: the wasm bundle.
rm -rf libheif-js/libheif libheif-js/libheif-wasm/libheif.wasm libheif-js/libheif-wasm/libheif.js libheif-js/libheif-wasm/libheif-bundle.mjs

# npm leaves out other systems' packages, but not always other C libraries'.
for library in musl; do
  rm -rf @img/*"$library"* @libsql/*"$library"* @node-rs/*"$library"*
done

# Tesseract: three builds for different processors. The bundled forms are for browsers, and those with LSTM alone are never
# loaded under Node: tesseract.js 7.0.0 asks for them by a comparison that always fails.
rm -f tesseract.js-core/*.wasm.js tesseract.js-core/*-lstm.js tesseract.js-core/*-lstm.wasm
rm -rf tesseract.js/dist tesseract.js/scripts tesseract.js/src/worker/browser tesseract.js/src/worker-script/browser
# cld3-asm carries the same wasm for browsers, as ES modules and as sources.
rm -rf cld3-asm/dist/esm cld3-asm/src cld3-asm/dist/cjs/lib/browser

# onnxruntime-node carries every system in one package.
here="$(node -p 'process.platform + "/" + process.arch')"
for binaries in onnxruntime-node/bin/napi-*/*/*; do
  case "$binaries" in
    *"/$here") ;;
    *) rm -rf "$binaries" ;;
  esac
done

find . -type d \( -name test -o -name tests -o -name __tests__ -o -name examples -o -name benchmark -o -name benchmarks -o -name .github \) -prune -exec rm -rf {} +
find . -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.markdown' -o -name 'CHANGELOG*' -o -name 'HISTORY*' \) -delete
find . -type f -name '*.md' ! -iname 'license*' -delete
find . -type d -empty -delete
