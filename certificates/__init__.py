"""Certificate designs, issuing and verification."""
