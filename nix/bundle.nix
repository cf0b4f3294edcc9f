# Packs a bundle as a derivation, whose output is a folder with the files of the bundle.
{ pkgs, stdlib-pack }:

{
  name ? "stdlib",
  # The name of a built-in profile, or a file.
  profile,
  # What the bundle is for: files and folders.
  apps ? [ ],
  # The wheels that the apps need.
  dependencies ? [ ],
  # The Python that compiles, and whose library is packed.
  python ? pkgs.python3,
  # More flags of 'stdlib-pack pack'.
  flags ? [ ],
}:

let
  inherit (pkgs.lib) concatMap escapeShellArgs;
  each = flag: concatMap (value: [ flag "${value}" ]);
  arguments = [
    "--hermetic"
    "--quiet"
    "--profile"
    "${profile}"
    "--stdlib"
    "${python}/lib/python${python.pythonVersion}"
    "--build-python"
    "${python}/bin/python${python.pythonVersion}"
  ]
  ++ each "--app" apps
  ++ each "--dependency" dependencies
  ++ flags;
in
pkgs.runCommand name { nativeBuildInputs = [ stdlib-pack ]; } ''
  stdlib-pack pack ${escapeShellArgs arguments} --out "$out"
''
