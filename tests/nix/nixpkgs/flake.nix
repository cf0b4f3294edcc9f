# Stands in for nixpkgs, which the tests cannot fetch: the functions of it that the flake calls. What they build is real,
# but for the program, which is PROGRAM of the environment.
{
  outputs =
    { self }:
    let
      lib = {
        inherit (builtins) concatMap;
        concatMapStrings = make: values: builtins.concatStringsSep "" (map make values);
        escapeShellArg = value: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] value}'";
        escapeShellArgs = values: builtins.concatStringsSep " " (map lib.escapeShellArg values);
        isStorePath = value: builtins.match "${builtins.storeDir}/[^/]+" (toString value) != null;
        genAttrs =
          names: value:
          builtins.listToAttrs (
            map (name: {
              inherit name;
              value = value name;
            }) names
          );
        importTOML = file: builtins.fromTOML (builtins.readFile file);
        licenses = {
          mit = { };
          asl20 = { };
        };
      };
      packages =
        system:
        let
          run =
            name: path: script:
            derivation {
              inherit name system;
              builder = "/bin/sh";
              args = [
                "-euc"
                script
              ];
              PATH = "${path}:/usr/bin";
            };
        in
        {
          inherit lib;
          stdenv.hostPlatform = { inherit system; };
          callPackage = file: more: import file ({ inherit lib rustPlatform; } // more);
          python3 = {
            pythonVersion = "3.14";
            outPath = "/usr";
          };
          runCommand =
            name:
            { nativeBuildInputs }:
            run name (builtins.concatStringsSep ":" (map (input: "${input}/bin") nativeBuildInputs));
        }
        // {
          inherit rustPlatform;
        };
      rustPlatform.buildRustPackage =
        {
          pname,
          version,
          src,
          cargoLock,
          doCheck,
          meta,
        }:
        assert builtins.pathExists cargoLock.lockFile && builtins.pathExists (src + "/src/main.rs");
        derivation {
          name = "${pname}-${version}";
          system = builtins.currentSystem;
          builder = "/bin/sh";
          args = [
            "-euc"
            "mkdir -p $out/bin; cp ${/. + builtins.getEnv "PROGRAM"} $out/bin/stdlib-pack; chmod +x $out/bin/stdlib-pack"
          ];
          PATH = "/usr/bin";
        };
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ] packages;
    };
}
