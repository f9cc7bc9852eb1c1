#!/bin/sh
# A comparison of seven servers over three nights: the embedded server, and six that are wrong in one respect each.
#   harness/oss403/examples/site.sh [FOLDER]         default: reports/site-example; OSS403 names the program
# The nights are one: what is made here is an example, so the moments at which the runs began are set to three days.
set -eu
folder="${1:-reports/site-example}"
oss403="${OSS403:-target/release/oss403}"
rm -rf "$folder"
mkdir -p "$folder/profiles" "$folder/results"

# NAME, its faults, the nights in which it has them, what it does not claim. A night in which nothing changed is not run again.
server() {
  name="$1" faults="$2" nights="$3" except="$4" last=''
  mkdir -p "$folder/results/$name"
  for night in 1 2 3; do
    had='{}'
    case "$nights" in *"$night"*) had="$faults" ;; esac
    result="$folder/results/$name/night-$night.json"
    if [ "$had" = "$last" ]; then
      cp "$folder/results/$name/night-$((night - 1)).json" "$result"
    else
      profile="$folder/profiles/$name-$night.yaml"
      printf 'name: %s\nendpoint: embedded\nsnapshots: embedded\ncapabilities: { except: [%s] }\nembedded: { config: { faults: %s } }\n' \
        "$name" "$except" "$had" >"$profile"
      "$oss403" run --quiet --target "$profile" --out "$folder/journals" --report json="$result" >/dev/null || [ $? -eq 1 ]
    fi
    last="$had"
    sed -i.bak "s/\"started\":\"[0-9-]*T/\"started\":\"2026-11-0${night}T/" "$result"
    rm "$result.bak"
  done
}

server as-documented '{}' '' ''
server forgets-hotlinks '{ without: [referer] }' '123' 'archive, kms'
server forgets-retention '{ without: [retention-lock] }' '12' ''
server says-404 '{ answer: { cause: object-acl-read, wrong: { status: 404 } } }' '123' 'sts'
server words-of-its-own '{ answer: { cause: bucket-policy, wrong: { message: Access denied. } } }' '123' ''
server a-second-too-patient '{ limit: { of: skew-past, by: 1 } }' '23' ''
server refuses-and-does-it '{ answer: { cause: object-no-right, wrong: applies } }' '1' 'data-accelerator'

"$oss403" report site "$folder/results" --out "$folder/site"
