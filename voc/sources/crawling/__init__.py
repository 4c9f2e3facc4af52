"""Sources that are read page by page from sites: forums, feeds, reviews, complaint sites."""
