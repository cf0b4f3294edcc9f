{
  description = "Packs the part of CPython's standard library that a program needs, for WebAssembly";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEachSystem = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = forEachSystem (pkgs: rec {
        stdlib-pack = pkgs.callPackage ./nix/package.nix { };
        default = stdlib-pack;
      });

      # For each system, the function that makes a bundle: see nix/bundle.nix.
      bundle = forEachSystem (
        pkgs:
        import ./nix/bundle.nix {
          inherit pkgs;
          inherit (self.packages.${pkgs.stdenv.hostPlatform.system}) stdlib-pack;
        }
      );
    };
}
