"""Pictures and files, stored under their digest and kept while released content needs them."""
