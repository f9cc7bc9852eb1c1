#!/bin/bash -eu
# Builds every target with what ClusterFuzzLite asks for, and puts its seeds and its dictionary beside it.
cd "$SRC/oss403/fuzz"
cargo fuzz build --release --debug-assertions --sanitizer "${SANITIZER:-address}"
for target in $(cargo fuzz list); do
  cp "target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
  cp "dict/$target.dict" "$OUT/$target.dict"
  (cd "corpus/$target" && zip -q "$OUT/${target}_seed_corpus.zip" *)
done
