#!/usr/bin/env bash
# Builds one CPython for WebAssembly, inside the toolchain of toolchain.sh: build.sh calls it.
#
#     cpython.sh FOLDER VERSION BUILD
#
# FOLDER is tests/tools/wasm-builds. The builds are those at the end, by the names of Tools/wasm/wasm_build.py. The steps
# are those of Tools/wasm in CPython's sources; no source is changed. Emscripten's ports are fetched when they are needed,
# so zlib and bzip2 are compiled from their sources, and SQLite is left out.
set -euo pipefail

builds=$1 version=$2 build=$3
short=${version%.*}
source=$builds/sources/python-$version
# An Emscripten since 3.1.27 gives a stack of 64 KB, in which the compiler of Python dies on larger sources.
stack=-sSTACK_SIZE=5MB
export HOME=/root EM_CACHE=$builds/emscripten-cache TERM=dumb
jobs=$(nproc)
host=wasm32

# Compiles a static library of C files: output, compiler, archiver, source folder, flags.
static_library() {
    local output=$1 compiler=$2 archiver=$3 folder=$4 file objects=()
    shift 4
    for file in "$folder"/*.c; do
        # Programs that come with bzip2.
        case ${file##*/} in bzip2.c | bzip2recover.c | dlltest.c | mk251.c | spewG.c | unzcrash.c) continue ;; esac
        $compiler -O2 -w "$@" -c "$file" -o "$output.${file##*/}.o"
        objects+=("$output.${file##*/}.o")
    done
    $archiver rcs "$output" "${objects[@]}"
    rm "${objects[@]}"
}

# Sets `libraries` to the settings of configure for zlib and bzip2, compiled into libs-$1 with $2 and $3.
compile_libraries() {
    local folder=$builds/libs-$1
    if [ ! -f "$folder/complete" ]; then
        rm -rf "$folder" && mkdir -p "$folder"
        cp "$builds"/sources/zlib-*/{zlib,zconf}.h "$builds"/sources/bzip2-*/bzlib.h "$folder"
        static_library "$folder/libz.a" "$2" "$3" "$(echo "$builds"/sources/zlib-*)" -DHAVE_UNISTD_H -DHAVE_STDARG_H
        static_library "$folder/libbz2.a" "$2" "$3" "$(echo "$builds"/sources/bzip2-*)"
        touch "$folder/complete"
    fi
    libraries=(
        "ZLIB_CFLAGS=-I$folder" "ZLIB_LIBS=-L$folder -lz"
        "BZIP2_CFLAGS=-I$folder" "BZIP2_LIBS=-L$folder -lbz2"
    )
}

# The folders of the builds are those of CPython's own Tools/wasm: "is this a build in its source tree?" depends on it.
enter_build_folder() {
    rm -rf "${source:?}/$1" && mkdir -p "$source/$1"
    cd "$source/$1"
}

# Builds for the Emscripten target $1 (browser or node), with compiler flags $2 and more options of configure.
emscripten() {
    local target=$1 flags=$2
    shift 2
    compile_libraries "emscripten$flags" "emcc $flags" emar
    enter_build_folder "builddir/$build"
    env "${libraries[@]}" LIBSQLITE3_CFLAGS=-DNONE LIBSQLITE3_LIBS=-lnone OPT="-O2 -g0 -w" LDFLAGS="$stack" \
        CONFIG_SITE=../../Tools/wasm/config.site-wasm32-emscripten \
        emconfigure ../../configure -C --host="$host-unknown-emscripten" --build=x86_64-pc-linux-gnu \
        --with-emscripten-target="$target" --with-build-python="/usr/bin/python$short" "$@"
    # With dynamic linking, a static library is linked as a whole: zlib would be linked twice.
    emmake make -j"$jobs" MODULE_BINASCII_LDFLAGS= python.js pybuilddir.txt sharedmods
}

# Builds for Node.js.
emscripten_node() {
    emscripten node "$@"
    # With the fstat of Emscripten 6.0.5 no program starts that asks for its standard output: these streams have no node.
    sed -i 's/stream\.node\.node_ops?\.getattr/stream.node?.node_ops?.getattr/' python.js
}

# Links the browser's build again without a library in it and with the functions that a loader calls, as a script and as
# an ES module: the form that CPython itself has since 3.14.
link_for_loaders() {
    local exported=-sEXPORTED_RUNTIME_METHODS=FS,ENV,callMain
    mkdir -p script module
    emmake make BUILDPYTHON=script/python.js LINKFORSHARED="-O2 -g0 $exported" script/python.js
    emmake make BUILDPYTHON=module/python.mjs module/python.mjs \
        LINKFORSHARED="-O2 -g0 $exported,HEAPU32,TTY -sMODULARIZE -sEXPORT_ES6 -sEXPORT_NAME=createPython"
}

wasi() {
    compile_libraries wasi "clang-21 --target=wasm32-wasi" llvm-ar-21
    enter_build_folder "cross-build/wasm32-wasi"
    env "${libraries[@]}" CC="clang-21 --target=wasm32-wasi" CPP="clang-21 --target=wasm32-wasi -E" \
        AR=llvm-ar-21 RANLIB=llvm-ranlib-21 OPT="-O2 -g0 -w" CONFIG_SITE=../../Tools/wasm/config.site-wasm32-wasi \
        ../../configure -C --host=wasm32-wasi --build=x86_64-pc-linux-gnu --with-build-python="/usr/bin/python$short"
    make -j"$jobs" python.wasm pybuilddir.txt
}

case $build in
emscripten-browser)
    emscripten browser ""
    link_for_loaders
    ;;
emscripten-node) emscripten_node "" --disable-test-modules ;;
emscripten-node-pthreads) emscripten_node -pthread --disable-test-modules --enable-wasm-pthreads ;;
# The modules of CPython's own tests are those that it builds as side modules.
emscripten-node-dl) emscripten_node -fPIC --enable-wasm-dynamic-linking ;;
wasm64-emscripten-node)
    host=wasm64
    emscripten_node -sMEMORY64=1 --disable-test-modules
    ;;
wasi) wasi ;;
*)
    echo "cpython.sh: no such build: $build" >&2
    exit 2
    ;;
esac
