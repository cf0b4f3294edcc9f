"""A program with commands, options and a test runner."""
import click
from click.testing import CliRunner


@click.group()
@click.version_option("1.2.3")
def cli():
    """A program."""


@cli.command()
@click.option("--count", default=1, help="How often.", show_default=True)
@click.argument("name")
def greet(count, name):
    """Greets NAME."""
    for _ in range(count):
        click.secho(f"Hello {name}", fg="green")


for arguments in (["--help"], ["greet", "--help"], ["greet", "--count", "2", "you"], ["greet", "--count", "x", "you"], ["--version"]):
    result = CliRunner().invoke(cli, arguments)
    print(result.exit_code, result.output)
