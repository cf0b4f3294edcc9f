# Packs a bundle as a derivation, whose output is a folder with the files of the bundle.
{ pkgs, stdlib-pack }:

{
  name ? "stdlib",
  # The name of a built-in profile, or a file. What a file extends is not copied with it: give "${./profiles}/web.yaml".
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
  inherit (pkgs.lib) concatMap concatMapStrings escapeShellArg escapeShellArgs;

  # Names of files are a part of bundles, those of the store are not: inputs are copied under their own names.
  nameOf =
    path:
    let
      inStore = builtins.match "[0-9a-z]{32}-(.*)" (baseNameOf (toString path));
    in
    if inStore == null then baseNameOf (toString path) else builtins.head inStore;
  copy = path: "cp -r ${escapeShellArg "${path}"} ${escapeShellArg (nameOf path)}\n";
  isFile = value: builtins.isPath value || pkgs.lib.isStorePath value;
  inputs = apps ++ dependencies ++ (if isFile profile then [ profile ] else [ ]);

  each = flag: concatMap (path: [ flag (nameOf path) ]);
  arguments = [
    "--hermetic"
    "--quiet"
    "--profile"
    (if isFile profile then "./${nameOf profile}" else profile)
    "--stdlib"
    "${python}/lib/python${python.pythonVersion}"
    "--build-python"
    "${python}/bin/python${python.pythonVersion}"
  ]
  ++ each "--app" apps
  ++ each "--dependency" dependencies
  ++ map (flag: "${flag}") flags;
in
pkgs.runCommand name { nativeBuildInputs = [ stdlib-pack ]; } ''
  mkdir inputs
  cd inputs
  ${concatMapStrings copy inputs}
  stdlib-pack pack ${escapeShellArgs arguments} --out "$out"
''
