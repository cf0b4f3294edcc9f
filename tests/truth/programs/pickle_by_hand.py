# options: source-lines
class A:
    def __init__(self): self.x = 1
print(A().__reduce_ex__(2)[1])
