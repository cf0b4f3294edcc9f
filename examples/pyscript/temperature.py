from decimal import Decimal


def fahrenheit(celsius):
    return Decimal(celsius) * 9 / 5 + 32
