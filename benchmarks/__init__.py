"""What Lectern costs, as ratios to references measured in the same run (README.md)."""
