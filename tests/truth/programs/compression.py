# options: source
import gzip, bz2, lzma, zlib
print(gzip.decompress(gzip.compress(b"a")), bz2.decompress(bz2.compress(b"a")), lzma.decompress(lzma.compress(b"a")))
