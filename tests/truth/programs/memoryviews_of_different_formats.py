print(memoryview(b"abcd") == memoryview(b"abcd").cast("B"), memoryview(b"abcd").cast("i") == memoryview(b"abcd"))
