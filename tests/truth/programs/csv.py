# options: strip-lines
import csv, io
print(list(csv.DictReader(io.StringIO("a,b\n1,2\n"))), csv.Sniffer().sniff("a;b\n1;2\n").delimiter)
