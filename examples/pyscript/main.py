from pyscript import display, document, when

from temperature import fahrenheit


@when("click", "#convert")
def convert(event):
    celsius = document.querySelector("#celsius").value
    display(f"{celsius} °C are {fahrenheit(celsius)} °F", target="output", append=False)


convert(None)
