# Debian sid's packages, by an apt state of its own, so that the system stays as it is. To be sourced, with
# `scratch` naming an empty folder: pythons.sh and ../wasm-builds/toolchain.sh unpack packages with it.

os_release() {
    # shellcheck disable=SC1091
    [ -r /etc/os-release ] && (. /etc/os-release && eval "printf '%s' \"\${$1:-}\"")
}

# Prints an apt source for sid: the system's own source of Debian's main archive (same mirror, same
# signing options) with another suite, its source packages included. Understands .sources stanzas and one-line .list entries.
sid_source() {
    local codename file
    codename=$(os_release VERSION_CODENAME)
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -r "$file" ] || continue
        # One stanza a record; a field goes on over the indented lines that follow it.
        awk -v codename="$codename" '
            function has(words, word,    list, n, i) {
                n = split(words, list, /[ \t\n]+/)
                for (i = 1; i <= n; i++) if (list[i] == word) return 1
                return 0
            }
            function ours(suites) {
                return has(suites, codename) || has(suites, "stable") || has(suites, "testing") \
                    || has(suites, "sid") || has(suites, "unstable")
            }
            function finish() {
                if (!done && enabled != "no" && has(types, "deb") && has(parts, "main") && ours(suites)) {
                    printf "Types: deb deb-src\nSuites: sid\nComponents: main\n%s", others
                    done = 1
                }
                types = suites = parts = enabled = others = field = ""
            }
            /^#/ { next }
            /^[ \t]*$/ { finish(); next }
            {
                value = $0
                if ($0 !~ /^[ \t]/) {
                    field = tolower($0); sub(/[ \t]*:.*/, "", field)
                    sub(/^[^:]*:[ \t]*/, "", value)
                }
                if (field == "types") types = types " " value
                else if (field == "suites") suites = suites " " value
                else if (field == "components") parts = parts " " value
                else if (field == "enabled") enabled = tolower(value)
                else others = others $0 "\n"
            }
            END { finish(); exit !done }' "$file" >"$scratch/sid.sources" || continue
        printf '%s\n' "$scratch/sid.sources"
        return 0
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$file" ] || continue
        # deb [options] uri suite component...
        sed -nE "s/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]]+($codename|stable|testing|sid|unstable)[[:space:]]+(.*[[:space:]])?main([[:space:]].*)?\$/deb \1\2 sid main/p" \
            "$file" | head -n 1 | sed 'p; s/^deb/deb-src/' >"$scratch/sid.list"
        [ -s "$scratch/sid.list" ] || continue
        printf '%s\n' "$scratch/sid.list"
        return 0
    done
    return 1
}

# Reads the package lists of Debian sid, once. Prints the reason when it cannot.
read_sid() {
    local source
    [ ! -f "$scratch/sid.read" ] || return 0
    if [ "$(os_release ID)" != debian ] || ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        echo "it is not here, and this is no Debian whose packages could be unpacked"
        return 1
    fi
    if [ "$(dpkg --print-architecture)" != amd64 ]; then
        echo "it is not here, and its Debian packages are unpacked on x86-64 only"
        return 1
    fi
    source=$(sid_source) || {
        echo "it is not here, and there is no apt source of Debian's main archive to take it from"
        return 1
    }

    # An apt of its own. Of the system's settings it keeps how to reach a server, and nothing else.
    mkdir -p "$scratch"/{lists/partial,cache/archives/partial}
    : >"$scratch/status"
    {
        apt-config dump | grep '^Acquire::' || true
        cat <<CONF
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourcelist "$source";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$scratch/lists";
Dir::State::status "$scratch/status";
Dir::Cache "$scratch/cache";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Get::List-Cleanup "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages { "none"; };
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Retries "3";
CONF
    } >"$scratch/apt.conf"
    echo "sid: reading the package lists of Debian sid" >&2
    if ! APT_CONFIG=$scratch/apt.conf apt-get -qq update >"$scratch/log" 2>&1; then
        cat "$scratch/log" >&2
        echo "the package lists of Debian sid could not be read"
        return 1
    fi
    touch "$scratch/sid.read"
}
