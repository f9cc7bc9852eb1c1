# The command alone in an image without a shell: docker build -t oss403 . && docker run --rm oss403
#
# docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" -e OSS_ACCESS_KEY_ID -e OSS_ACCESS_KEY_SECRET oss403 run --target my-server.yaml
#
# A test reads this file: what it copies is there, and what it asks of the command, the command has.

FROM rust:1.95-slim-trixie AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The ledger is compiled in, and the snapshots' test is named in the manifest.
COPY Cargo.toml Cargo.lock ./
COPY cases cases
COPY fuzz fuzz
COPY harness harness
COPY snapshots snapshots
RUN cargo install --path harness/oss403 --locked --root /out

FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="oss403" \
      org.opencontainers.image.description="Certifies that a server which speaks the OSS protocol refuses what OSS refuses" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="0.1.0"
COPY --from=build /out/bin/oss403 /usr/local/bin/oss403
COPY LICENSE-APACHE LICENSE-MIT /usr/share/doc/oss403/
# Reports and journals are written here; mount a folder of yours over it.
WORKDIR /work
USER nonroot:nonroot
ENTRYPOINT ["/usr/local/bin/oss403"]
CMD ["run", "--out", "/tmp/reports"]
