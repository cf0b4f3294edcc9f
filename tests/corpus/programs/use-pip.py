"""What is installed, and a wheel that is not there."""
from pip._internal.cli.main import main

print(main(["--version"]) if False else main(["list", "--format=json", "--path", "/nonexistent", "--disable-pip-version-check"]))
print(main(["install", "--no-index", "--disable-pip-version-check", "--dry-run", "--quiet", "--quiet", "--quiet", "no-such-package"]))
print(main(["help", "wheel"]))
