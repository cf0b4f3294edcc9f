import subprocess, timeit, doctest, codecs
exec("import json\nprint(json.dumps(1))", {})
timeit.timeit('zlib.crc32(b"")', setup="""
    import zlib
    if 1: pass
""")
subprocess.run([sys.executable, "-m", "json.tool", "-mtimeit"])
__import__('a.' + name, globals(), fromlist=['b'])
"x".encode("koi8-r"); open(f, encoding=enc); codecs.lookup('idna')
def f():
    r'''
    >>> import decimal
    >>> for i in x:
    ...     decimal.D(i)
    '''
template = "import {}\n{{}}" % ('from %(x)s import %s')
getattr(mod, 'na' 'me')(*args); globals()['x'] = vars(m)
import importlib.resources as r, pickle
sys.modules['q'] = importlib.util.find_spec("enum")
@functools.singledispatch
def g(): raise NotImplementedError
