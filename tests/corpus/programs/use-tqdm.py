"""Progress bars, written to a text."""
import io

from tqdm import tqdm, trange

text = io.StringIO()
for _ in tqdm(range(3), file=text, ascii=True, desc="work", mininterval=0):
    pass
with trange(2, file=text, unit="B", unit_scale=True) as bar:
    for _ in bar:
        bar.set_postfix(loss=0.5)
print("100%" in text.getvalue(), tqdm.format_sizeof(123456), tqdm.format_interval(3700))
