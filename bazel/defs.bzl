"""Packs the part of Python's standard library that a program needs.

    load("@stdlib_pack//:defs.bzl", "stdlib_pack")

    stdlib_pack(
        name = "web",
        srcs = glob(["app/**"]),
        app = ["app"],
        build_python = "@python//:bin/python3.14",
        profile = "browser-minimal",
        stdlib = ["@python//:library"],
    )

The output is a folder with the files of the bundle.
"""

# What a run may use, so that many bundles can be packed at once.
_CPUS = 2

def _resources(_os, _inputs):
    return {"cpu": _CPUS}

def _folder_of(files, name, attribute):
    """Returns the folder of the file `name` that is nearest to the root."""
    found = [file.path for file in files if file.basename == name]
    if not found:
        fail("%s: there is no %s among the files" % (attribute, name))
    shortest = sorted(found, key = len)[0]
    return shortest[:-len(name) - 1]

def _link_app(ctx):
    """Puts the sources, which may be generated, into one folder under their paths in the package."""
    root = ctx.label.name + ".app/"

    # Files of another module have paths such as ../module/package/app/main.py.
    own = "../" + ctx.label.workspace_name + "/"
    prefix = ctx.label.package + "/" if ctx.label.package else ""
    links = []
    for file in ctx.files.srcs:
        path = file.short_path.removeprefix(own).removeprefix(prefix).removeprefix("../")
        declare = ctx.actions.declare_directory if file.is_directory else ctx.actions.declare_file
        link = declare(root + path)
        ctx.actions.symlink(output = link, target_file = file)
        links.append(link)
    folder = "/".join([part for part in [
        ctx.bin_dir.path,
        ctx.label.workspace_root,
        ctx.label.package,
        ctx.label.name + ".app",
    ] if part])
    return folder, links

def _library(files):
    """Returns the library: a zip, or the folder with os.py."""
    if len(files) == 1 and files[0].is_directory:
        return files[0].path
    if len(files) == 1 and files[0].extension == "zip":
        return files[0].path
    return _folder_of(files, "os.py", "stdlib")

def _add_python(ctx, args):
    """Adds the flags for the Python that compiles, and returns its files."""
    given = [ctx.attr.build_python, ctx.attr.build_python_path, ctx.attr.pyodide]
    if len([one for one in given if one]) != 1:
        fail("give one of build_python, build_python_path and pyodide")
    if ctx.attr.pyodide:
        args.add("--build-python", "pyodide:" + _folder_of(ctx.files.pyodide, "pyodide.mjs", "pyodide"))
        args.add("--no-cache")
        return depset(ctx.files.pyodide)
    args.add("--hermetic")
    if ctx.attr.build_python_path:
        args.add("--build-python", ctx.attr.build_python_path)
        return depset()
    args.add("--build-python", ctx.executable.build_python)
    info = ctx.attr.build_python[DefaultInfo]
    return depset(transitive = [info.files, info.default_runfiles.files])

def _stdlib_pack_impl(ctx):
    if bool(ctx.attr.profile) == bool(ctx.file.profile_file):
        fail("give one of profile and profile_file")
    out = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add("pack")
    args.add("--quiet")
    args.add("--jobs", _CPUS)
    args.add("--profile", ctx.file.profile_file or ctx.attr.profile)
    folder, links = _link_app(ctx)
    if ctx.attr.app != ["."] and not links:
        fail("app: srcs has no files")
    if links:
        args.add_all([folder if path == "." else folder + "/" + path for path in ctx.attr.app], before_each = "--app")
    args.add_all(ctx.files.deps, before_each = "--dependency")
    python = _add_python(ctx, args)
    if ctx.files.stdlib:
        args.add("--stdlib", _library(ctx.files.stdlib))
    elif not ctx.attr.pyodide:
        fail("stdlib: which library is packed?")
    args.add_all(["--out", out.path])
    args.add_all([ctx.expand_location(flag, ctx.attr.data) for flag in ctx.attr.flags])
    files = links + ctx.files.deps + ctx.files.stdlib + ctx.files.data
    if ctx.file.profile_file:
        files.append(ctx.file.profile_file)
    ctx.actions.run(
        outputs = [out],
        inputs = depset(files, transitive = [python]),
        executable = ctx.executable._program,
        arguments = [args],
        mnemonic = "StdlibPack",
        progress_message = "Packing %{label}",
        resource_set = _resources,
        # For Pyodide, which needs Node.js.
        use_default_shell_env = bool(ctx.attr.pyodide),
    )
    return [DefaultInfo(files = depset([out]))]

stdlib_pack = rule(
    implementation = _stdlib_pack_impl,
    doc = "Packs a bundle. The output is a folder with its files.",
    attrs = {
        "app": attr.string_list(
            default = ["."],
            doc = "Which of the sources the program is: files and folders of the package. By default, all.",
        ),
        "build_python": attr.label(
            allow_files = True,
            cfg = "exec",
            executable = True,
            doc = "The Python that compiles, of the version of the library.",
        ),
        "build_python_path": attr.string(
            doc = "The absolute path of the Python that compiles, if it is no target. A change of it is not noticed.",
        ),
        "data": attr.label_list(
            allow_files = True,
            doc = "More files that are read: what the profile extends, and what the flags name.",
        ),
        "deps": attr.label_list(
            allow_files = [".whl", ".zip"],
            doc = "The wheels that the program needs.",
        ),
        "flags": attr.string_list(
            doc = "More flags of 'stdlib-pack pack'; $(location LABEL) is the path of a file in data.",
        ),
        "profile": attr.string(
            doc = "The name of a built-in profile.",
        ),
        "profile_file": attr.label(
            allow_single_file = [".yaml", ".yml"],
            doc = "A profile of your own.",
        ),
        "pyodide": attr.label_list(
            allow_files = True,
            doc = "The files of Pyodide's npm package, which compiles and has the library. Needs Node.js on the PATH.",
        ),
        "srcs": attr.label_list(
            allow_files = True,
            doc = "The files of the program, if the bundle is for one.",
        ),
        "stdlib": attr.label_list(
            allow_files = True,
            doc = "The library: the files of a folder with os.py, or a zip.",
        ),
        "_program": attr.label(
            default = ":program",
            allow_files = True,
            cfg = "exec",
            executable = True,
        ),
    },
)
