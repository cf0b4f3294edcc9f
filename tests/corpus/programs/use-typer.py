"""A program with commands from type hints."""
from enum import Enum

import typer
from typer.testing import CliRunner


class Colour(str, Enum):
    red = "red"
    blue = "blue"


app = typer.Typer()


@app.command()
def greet(name: str, count: int = 1, colour: Colour = Colour.red):
    """Greets NAME."""
    for _ in range(count):
        typer.secho(f"Hello {name}", fg=colour.value)


@app.command()
def leave():
    raise typer.Exit(3)


for arguments in (["--help"], ["greet", "--help"], ["greet", "ann", "--count", "2"], ["greet"], ["leave"]):
    result = CliRunner().invoke(app, arguments)
    print(result.exit_code, result.output)
