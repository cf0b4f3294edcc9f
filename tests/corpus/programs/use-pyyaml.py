"""YAML is loaded and dumped."""
import yaml

TEXT = "a: [1, 2.5, true, null]\nwhen: 2020-01-02 03:04:05\nb: &x {c: d}\ne: *x\ntext: |\n  two\n  lines\nset: !!set {q}\nbin: !!binary aGVsbG8=\n"
data = yaml.safe_load(TEXT)
print(data)
print(yaml.dump(data, sort_keys=True), list(yaml.safe_load_all("a\n---\nb\n")))
try:
    yaml.safe_load("a: [")
except yaml.YAMLError as error:
    print(error)
