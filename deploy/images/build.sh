#!/usr/bin/env bash
# build.sh PRESET [FOLDER]: the five images, from the programs in build/PRESET, as one OCI layout in FOLDER (build/images), with
# digests.json, SBOMs and the programs' debug information beside it. Wants root, and Debian's archive within reach.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
build=build/${1:?preset}
out=$(realpath -m "${2:-build/images}")
names=(gateway identity payments notify tellusonce)
programs=("${names[@]/#/$build/tamarack-}")
# What no program links and all need: certificates of public authorities, time zones, and which Debian this is.
data_packages=(ca-certificates tzdata base-files)

if [ "$(id -u)" != 0 ]; then
  echo "[images] buildah needs root here: sudo make images" >&2
  exit 1
fi
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8
version=$("${programs[0]}" --version | sed -n 's/^Tamarack \([^,]*\),.*/\1/p')
revision=$(git rev-parse HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$out"
mkdir -p "$out/debug" "$work"/{debian,unpacked,rootfs}

# owners FILE...: the Debian packages that the files come from. A file that is in none ends the build.
owners() {
  local found missing plain=("${@#/usr}")
  # Debian knows a library as /lib/… or /usr/lib/…, and the loader names either.
  found=$(dpkg-query -S "${plain[@]}" "${plain[@]/#//usr}" 2>/dev/null || true)
  missing=$(comm -13 <(sed 's|.*: \(/usr\)\?/|/|' <<<"$found" | sort -u) <(printf '%s\n' "${plain[@]}" | sort -u))
  if [ -n "$missing" ]; then
    echo "[images] of no Debian package: $missing" >&2
    return 1
  fi
  sed 's/:.*//' <<<"$found" | sort -u
}

# What the loader finds for the programs as they are now is what the images have, in the newest version that Debian offers.
libraries() { ldd "${programs[@]}" | sed -nE 's|.* => (/[^ ]+) .*|\1|p; s|^\s*(/[^ ]*ld-linux[^ ]*) .*|\1|p' | sort -u; }

unpack() {
  local packages deb
  packages=$(owners $(libraries))
  echo "[images] fetching $(wc -w <<<"$packages ${data_packages[*]}") Debian packages"
  (cd "$work/debian" && apt-get download -q $packages "${data_packages[@]}" >../apt.log 2>&1) ||
    { cat "$work/apt.log" >&2; echo "[images] are the package lists of today? apt-get update" >&2; exit 1; }
  mkdir -p "$work"/unpacked/usr/{bin,sbin,lib,lib64} "$work/rootfs/var/lib/dpkg/status.d"
  for link in bin sbin lib lib64; do ln -s "usr/$link" "$work/unpacked/$link"; done
  for deb in "$work"/debian/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$work/unpacked"
    # One file a package, as distroless images have it: scanners read it, and it needs no dpkg.
    dpkg-deb --field "$deb" >"$work/rootfs/var/lib/dpkg/status.d/$(dpkg-deb --field "$deb" Package)"
  done
}

# Only what programs read at run time is taken over: no program, script or shell comes along.
fill() {
  local root=$work/rootfs
  (cd "$work/unpacked" && find lib lib64 usr/lib usr/lib64 usr/share/zoneinfo usr/share/doc/*/copyright etc/debian_version etc/os-release \
    ! -type d | grep -vE '^usr/lib/(apt|init|systemd|tmpfiles\.d|sysctl\.d|sysusers\.d|binfmt\.d|valgrind)/' |
    tar -c --no-recursion -T -) | tar -x -C "$root"
  install -d -m 1777 "$root/tmp"
  install -d "$root"/etc/ssl/certs "$root"/usr/{bin,share/tamarack}
  # As ca-certificates' script does, which needs a shell.
  cat "$work"/unpacked/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0::/nonexistent:/usr/sbin/nologin\ntamarack:x:10001:10001::/nonexistent:/usr/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\ntamarack:x:10001:\n' >"$root/etc/group"
  # Without it libc would ask DNS before it looks into /etc/hosts.
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# Packages whose headers went into the programs: Boost, fmt and others leave no library to be seen.
compiled_in() {
  owners $(ninja -C "$build" -t deps | awk '/^[^ ]/ {ours = !/^(tests|bench|examples)\//} ours && /^ +\/usr\/include\// {print $1}' | sort -u) |
    xargs dpkg-query -W -f '${Package} ${Version} ${Architecture}\n'
}

bud() { buildah --root "$work/storage" --runroot "$work/run" "$@"; }
commit() { bud commit --quiet --format oci --timestamp "$SOURCE_DATE_EPOCH" --rm "$@" >/dev/null; }

base() {
  local container
  container=$(bud from scratch)
  bud add --quiet --chown 0:0 "$container" "$work/rootfs" / >/dev/null
  commit "$container" base
}

image() {
  local name=$1 container program=$build/tamarack-$1
  container=$(bud from --pull-never base)
  llvm-objcopy-19 --only-keep-debug "$program" "$out/debug/tamarack-$name.debug"
  llvm-objcopy-19 --strip-debug --add-gnu-debuglink="$out/debug/tamarack-$name.debug" "$program" "$work/tamarack-$name"
  bud add --quiet --chown 0:0 --chmod 0755 "$container" "$work/tamarack-$name" /usr/bin/ >/dev/null
  if [ "$name" = gateway ]; then
    mkdir -p "$work/share/assets/brand" "$work/share/descriptors" # brand/: for a deployment's own files to be mounted
    cp -r build/assets/[a-z]* "$work/share/assets"
    for service in "${names[@]:1}"; do cp "$build/descriptors/$service.binpb" "$work/share/descriptors"; done
    find "$work/share" -type f -exec chmod 644 {} + # some fonts come as programs
    bud add --quiet --chown 0:0 "$container" "$work/share" /usr/share/tamarack/ >/dev/null
  fi
  bud config --user 10001:10001 --workingdir / --entrypoint "[\"/usr/bin/tamarack-$name\"]" --cmd '' \
    --label "org.opencontainers.image.title=tamarack-$name" \
    --label "org.opencontainers.image.source=${IMAGE_SOURCE:-https://tamarack.example/source}" \
    --label "org.opencontainers.image.revision=$revision" --label "org.opencontainers.image.version=$version" \
    --label org.opencontainers.image.licenses=Apache-2.0 "$container"
  commit "$container" "tamarack-$name"
  bud push --quiet "tamarack-$name" "oci:$out/oci:tamarack-$name"
}

unpack
fill
base
compiled_in >"$work/compiled-in.txt"
for name in "${names[@]}"; do image "$name"; done
node deploy/images/sbom.mjs "$out" "$work/rootfs/var/lib/dpkg/status.d" "$work/compiled-in.txt"
