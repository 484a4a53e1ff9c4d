"""The demo site: its words, pictures and clip, apart from the command that loads them."""
