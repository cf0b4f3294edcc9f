# The program, built from the sources beside this folder.
{ lib, rustPlatform }:

rustPlatform.buildRustPackage {
  pname = "stdlib-pack";
  inherit ((lib.importTOML ../Cargo.toml).workspace.package) version;
  src = ../.;
  cargoLock.lockFile = ../Cargo.lock;
  # The tests run Pythons and runtimes that they fetch.
  doCheck = false;
  meta = {
    description = "Packs the part of CPython's standard library that a program needs, for WebAssembly";
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = "stdlib-pack";
  };
}
