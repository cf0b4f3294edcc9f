import signal, select, selectors
print(signal.Signals(2).name, selectors.DefaultSelector().get_map() is not None)
