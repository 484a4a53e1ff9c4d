"""The course structure screen: a whole course on one page of the admin."""
