if 1:
	x = 1
	# c

	y = (1,
  2) ; z=\
3
def f(): "doc" # only