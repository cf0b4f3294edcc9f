import tokenize, io
print(len(list(tokenize.generate_tokens(io.StringIO("a + 1\n").readline))))
