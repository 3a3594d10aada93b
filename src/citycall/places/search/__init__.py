"""One search for every way to say where: addresses, corners, blocks, names, codes, points."""
