# options: strip
import warnings, sys
warnings.simplefilter("always", ResourceWarning)
sys.stderr = sys.stdout
warnings.warn("now", ResourceWarning, source=object())
