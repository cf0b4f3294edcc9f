# options: source
def f(): raise ValueError("no")
try: f()
finally: print("before")
