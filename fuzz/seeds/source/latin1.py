#!/usr/bin/python
# -*- coding: latin-1 -*-
x = "éÿ" # ¤
import os
