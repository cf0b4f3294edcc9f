"""Algebra, calculus, equations and printing."""
from sympy import Eq, Matrix, diff, factor, integrate, latex, limit, oo, pretty, series, sin, solve, symbols, sympify

x, y = symbols("x y")
print(diff(sin(x) * x**2, x), integrate(x * sin(x), x), limit(sin(x) / x, x, 0))
print(solve(Eq(x**2 - 2, 0), x), factor(x**2 - y**2), series(sin(x), x, 0, 6))
print(Matrix([[1, 2], [3, 4]]).inv(), latex(x**2 / y), sympify("2*x + 1").subs(x, 3).evalf())
print(pretty(integrate(1 / x, (x, 1, oo))))
