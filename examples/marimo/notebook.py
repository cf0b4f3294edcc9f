import marimo

app = marimo.App()


@app.cell
def _():
    import statistics

    import marimo as mo

    return mo, statistics


@app.cell
def _(mo):
    weights = mo.ui.text(value="164, 174, 185, 173", label="Weights in grams")
    weights
    return (weights,)


@app.cell
def _(mo, statistics, weights):
    numbers = [float(number) for number in weights.value.split(",")]
    mo.md(f"Quartiles: {statistics.quantiles(numbers)}")
    return


if __name__ == "__main__":
    app.run()
