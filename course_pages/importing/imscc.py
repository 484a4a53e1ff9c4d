def is_cartridge(root): return False
def read(root): pass
