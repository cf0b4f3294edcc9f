# options: strip
import decimal, fractions
print(decimal.Decimal("1.10") + 1, f"{decimal.Decimal(3):.2f}", fractions.Fraction("1/3") * 3, fractions.Fraction(0.5))
