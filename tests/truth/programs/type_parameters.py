# python: >=3.12
# options: source
class Box[T]:
    def get(self) -> T: ...
print(Box[int], Box.__type_params__)
