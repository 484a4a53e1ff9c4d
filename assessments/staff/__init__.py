"""What teachers do after the fact: gradebook, grading by hand, corrections, regrades, analysis."""
