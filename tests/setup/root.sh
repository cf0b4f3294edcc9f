# Root folders with packages of Debian sid, in which a program runs as if they were the system. To be sourced:
# ../wasm-builds, bazel.sh and nix.sh work with them. unpack_root needs sid.sh, and `scratch` naming an empty folder.

# Unpacks packages, what they need and what every system has into the folder $1, and lists them in its packages.txt. The
# scripts of the packages do not run.
unpack_root() {
    local root=$1 name file
    shift
    export APT_CONFIG=$scratch/apt.conf
    apt-get -qq install -y --no-install-recommends --download-only '?essential' "$@" >"$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        return 1
    }
    rm -rf "$root"
    mkdir -p "$root"/{proc,dev,tmp,root}
    # What unpacks alone needs these links first.
    for name in bin lib lib64 sbin; do
        mkdir -p "$root/usr/$name"
        ln -s "usr/$name" "$root/$name"
    done
    for file in "$scratch"/cache/archives/*.deb; do
        dpkg -x "$file" "$root"
        dpkg-deb -W --showformat '${Package} ${Version}\n' "$file"
    done >"$scratch/packages.txt"
    # What the script of mawk sets up.
    ln -sf mawk "$root/usr/bin/awk"
    sort "$scratch/packages.txt" >"$root/packages.txt"
}

# Makes a root folder with packages in the folder $1, as `root`, unless it is there.
set_up_root() {
    local folder=$1 reason
    shift
    [ ! -f "$folder/root/packages.txt" ] || return 0
    mkdir -p "$folder"
    scratch=$folder/.scratch.$$
    rm -rf "$folder"/.scratch.*
    mkdir "$scratch"
    trap 'rm -rf "$scratch"' EXIT
    # shellcheck source=tests/setup/sid.sh
    . "${BASH_SOURCE[0]%/*}/sid.sh"
    reason=$(read_sid) || {
        echo "${folder##*/}: Debian sid's packages are needed: $reason" >&2
        exit 1
    }
    echo "${folder##*/}: fetching and unpacking $*" >&2
    unpack_root "$folder/root" "$@"
    chroot "$folder/root" /usr/sbin/ldconfig
}

# Runs a program in the root folder $1, which sees the folder $2 under the same path. Leave to enter a root folder is
# root's, or that of a user namespace; the mounts end with the program.
run_in_root() {
    local namespace=(unshare --mount)
    [ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
    # shellcheck disable=SC2016
    nice -n 10 "${namespace[@]}" sh -euc '
        root=$1 folder=$2
        shift 2
        mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mkdir -p "$root$folder"
        mount --rbind "$folder" "$root$folder"
        exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 "$@"' sh "$@"
}
