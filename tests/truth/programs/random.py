# options: strip-lines
import random
random.seed("x"); print(random.random(), random.sample(range(9), 3), random.gauss(0, 1))
